/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/incident.h"

#include <stdlib.h>

#include "incident/inner/gather.h"

/* A record must have SPARE octets left to begin an item. */
enum { SPARE = 16384 };

static bool
has_id(const struct table_entry *entry, const void *key)
{
	const struct symptom *p = (const struct symptom *)(const void *)entry;

	return p->id == *(const uint64_t *)key;
}

/* Ids are the same on every machine; the table's key must not be. */
static uint64_t
hash_of(const struct incident *i, uint64_t id)
{
	return lru_hash(i->parts, slice_of(&id, sizeof(id)));
}

static struct symptom *
find(const struct incident *i, uint64_t id)
{
	return lru_find(i->parts, hash_of(i, id), &id);
}

/* The part leaves the room: over, or evicted. */
static void
on_gone(void *arg, void *object)
{
	struct incident *i = arg;
	struct symptom *p = object;

	timerq_cancel(i->waits, &p->timer);
	if (p->bundle != NULL)
		bundle_remove(p->bundle, p, true);
}

/* Out of memory: both stay as they were. */
static bool
set_pools(struct incident *i, const struct incident_limits *limits)
{
	struct pools *pools = pools_new(limits->pools, limits->pool_count);
	struct symptom **members =
	    reallocarray(i->members, limits->parts + 1, sizeof(*members));

	if (members != NULL) {
		i->members = members;
		i->member_room = limits->parts;
	}
	if (pools == NULL || members == NULL) {
		pools_free(pools);
		return false;
	}
	pools_free(i->pools);
	i->pools = pools;
	return true;
}

static void
keep_limits(struct incident *i, const struct incident_limits *limits)
{
	i->limits = *limits;
	i->limits.pools = NULL;
	i->limits.pool_count = 0;
}

struct incident *
incident_new(
    const struct incident_limits *limits, finding_output *output, void *arg)
{
	struct incident *i = calloc(1, sizeof(*i));
	const struct lru_setup setup = {
		.limit = limits->parts,
		.octets = sizeof(struct symptom),
		.memory = limits->memory,
		.equal = has_id,
		.done = on_gone,
		.arg = i,
	};

	if (i == NULL)
		return NULL;
	i->output = output;
	i->arg = arg;
	TAILQ_INIT(&i->bundles);
	keep_limits(i, limits);
	i->waits = timerq_new();
	i->reports = timerq_new();
	i->parts = lru_new(&setup, &limits->key);
	i->reach = reach_new(limits->servers, &limits->key, limits->memory);
	if (set_pools(i, limits) && i->waits != NULL && i->reports != NULL &&
	    i->parts != NULL && i->reach != NULL)
		return i;
	incident_free(i);
	return NULL;
}

void
incident_free(struct incident *i)
{
	struct bundle *b;

	if (i == NULL)
		return;
	lru_free(i->parts);
	while ((b = TAILQ_FIRST(&i->bundles)) != NULL)
		gather_forget(i, b);
	timerq_free(i->waits);
	timerq_free(i->reports);
	reach_free(i->reach);
	pools_free(i->pools);
	free(i->members);
	free(i);
}

void
incident_set(struct incident *i, const struct incident_limits *limits)
{
	if (!set_pools(i, limits))
		i->no_memory++;
	keep_limits(i, limits);
	i->limits.parts = i->member_room;
	lru_set(i->parts, i->member_room);
	lru_trim(i->parts);
	reach_set(i->reach, limits->servers);
}

/* Without memory for its timer a part is looked at at once. */
static void
look_at(
    struct incident *i, struct symptom *p, const struct finding *f, bool fresh)
{
	const nstime deadline = f->now +
	    (fresh || p->bundle == NULL ? i->limits.join : GATHER_REPORT);

	if (timerq_queued(&p->timer))
		return;
	if (!timerq_set(i->waits, &p->timer, deadline)) {
		i->no_memory++;
		gather_decide(i, p, f->now, f->wall);
	}
}

static struct symptom *
new_part(struct incident *i, uint64_t id, const struct finding *f)
{
	struct sighting s;
	struct symptom *p;

	if (f->evidence == NULL || f->key.len == 0 || f->key.len > SYMPTOM_KEY)
		return NULL;
	sighting_of(f->kind, f->evidence, symptom_began(f), &s);
	if (s.role == SIGHTING_NONE)
		return NULL;
	p = lru_add(i->parts, hash_of(i, id));
	if (p == NULL)
		return NULL;
	p->id = id;
	p->kind = f->kind;
	return p;
}

/* The incident lives on with each finding of its parts. */
static void
tell_growth(struct incident *i, struct symptom *p, const struct finding *f)
{
	bundle_follow(p->bundle, p);
	if (f->change == FINDING_TROUBLE)
		gather_tell(i, p->bundle,
		    (struct finding){
			.change = FINDING_TROUBLE,
			.now = f->now,
			.wall = f->wall,
		    },
		    false);
	gather_report_by(i, p->bundle, f->now + GATHER_REPORT);
}

static void
trouble(struct incident *i, const struct finding *f)
{
	const uint64_t id = finding_id(f->kind, f->key);
	struct symptom *p = find(i, id);
	const bool fresh = p == NULL;
	bool news;

	if (fresh)
		p = new_part(i, id, f);
	if (p == NULL || f->evidence == NULL)
		return;
	lru_use(i->parts, p);
	news = symptom_input(p, f);
	if (p->bundle != NULL)
		tell_growth(i, p, f);
	if (news)
		look_at(i, p, f, fresh);
}

/* The alert of the part has ended. */
static void
over(struct incident *i, uint64_t id, bool healthy, nstime now)
{
	struct symptom *p = find(i, id);
	struct bundle *b;

	if (p == NULL)
		return;
	b = p->bundle;
	lru_forget(i->parts, p);
	if (b == NULL)
		return;
	b->healthy |= healthy;
	b->shrunk = true;
	gather_report_by(i, b, now);
}

static void
withdrawn(struct incident *i, const struct finding *f)
{
	struct symptom *p = find(i, finding_id(f->kind, f->key));

	if (p == NULL)
		return;
	if (p->count > 0)
		p->count--;
	if (p->count == 0)
		over(i, p->id, true, f->now);
}

/* The output may end the part's alert, and so the part: look for it after. */
void
incident_input(struct incident *i, const struct finding *f)
{
	i->output(i->arg, f);
	if (!sighting_matters(f->kind))
		return;
	if (f->change == FINDING_TROUBLE || f->change == FINDING_UPDATED)
		trouble(i, f);
	else if (f->change == FINDING_WITHDRAWN)
		withdrawn(i, f);
	else
		over(i, finding_id(f->kind, f->key),
		    f->change == FINDING_HEALTHY, f->now);
}

void
incident_reached(struct incident *i, const struct address *client,
    const struct endpoint *server, nstime now)
{
	reach_add(i->reach, client, &server->address, now);
}

void
incident_resolved(struct incident *i, uint64_t id, bool healthy, nstime now)
{
	over(i, id, healthy, now);
}

/* Report the news of a bundle, or its end. */
static void
report(struct incident *i, struct bundle *b, nstime now, nstime wall)
{
	const bool last = b->part_count == 0;
	const struct finding f = {
		.change = !last  ? FINDING_UPDATED
		    : b->healthy ? FINDING_HEALTHY
				 : FINDING_QUIET,
		.pressing = b->shrunk,
		.now = now,
		.wall = wall,
	};

	b->shrunk = false;
	gather_tell(i, b, f, true);
	if (last)
		gather_forget(i, b);
}

static struct symptom *
part_of(struct timerq_entry *timer)
{
	return (struct symptom *)(void *)((char *)timer -
	    offsetof(struct symptom, timer));
}

static struct bundle *
bundle_of(struct timerq_entry *timer)
{
	return (struct bundle *)(void *)((char *)timer -
	    offsetof(struct bundle, timer));
}

/* Each at its own time, however late the tick is. */
static void
fire(struct incident *i, nstime due, nstime now, nstime wall)
{
	struct timerq_entry *timer;

	while ((timer = timerq_due(i->waits, due)) != NULL) {
		const nstime deadline = timerq_deadline(i->waits, timer);
		const nstime at = deadline < now ? deadline : now;

		timerq_cancel(i->waits, timer);
		gather_decide(i, part_of(timer), at, wall - (now - at));
	}
	while ((timer = timerq_due(i->reports, due)) != NULL) {
		timerq_cancel(i->reports, timer);
		report(i, bundle_of(timer), now, wall);
	}
}

void
incident_tick(struct incident *i, nstime now, nstime wall)
{
	fire(i, now, now, wall);
}

nstime
incident_next_deadline(const struct incident *i)
{
	const nstime wait = timerq_next_deadline(i->waits);
	const nstime report = timerq_next_deadline(i->reports);

	return wait < report ? wait : report;
}

void
incident_finish(struct incident *i, nstime now, nstime wall)
{
	fire(i, NSTIME_NEVER, now, wall);
}

static size_t
number_of(const struct incident *i, const struct bundle *wanted)
{
	const struct bundle *b;
	size_t number = 0;

	TAILQ_FOREACH (b, &i->bundles, order) {
		number++;
		if (b == wanted)
			return number;
	}
	return 0;
}

void
incident_save(const struct incident *i, struct record *r)
{
	const struct bundle *b;

	TAILQ_FOREACH (b, &i->bundles, order) {
		record_more(r, true);
		bundle_save(r, b);
	}
	record_more(r, false);
	for (const struct symptom *p = lru_oldest(i->parts);
	     p != NULL && record_left(r) >= SPARE; p = lru_newer(p)) {
		record_more(r, true);
		record_u32(r, (uint32_t)number_of(i, p->bundle));
		symptom_save(r, p);
	}
	record_more(r, false);
}

static void
load_bundle(struct incident *i, struct cursor *c)
{
	struct bundle *b = calloc(1, sizeof(*b));

	if (b == NULL || !bundle_load(b, c)) {
		free(b);
		c->bad = true;
		return;
	}
	TAILQ_INSERT_TAIL(&i->bundles, b, order);
	i->bundle_count++;
}

static struct bundle *
bundle_number(const struct incident *i, size_t number)
{
	struct bundle *b = number == 0 ? NULL : TAILQ_FIRST(&i->bundles);

	while (b != NULL && --number > 0)
		b = TAILQ_NEXT(b, order);
	return b;
}

/* Its alert waits as long as a part that is new.  What was looked at before is
 * looked at again. */
static nstime
wait_of(const struct incident *i, const struct symptom *p, nstime now)
{
	const nstime due = nstime_after(p->first, i->limits.join);

	return due >= now && due - now <= i->limits.join ? due
							 : now + i->limits.join;
}

static void
load_part(
    struct incident *i, struct cursor *c, const struct record_shift *shift)
{
	const uint32_t number = cursor_le32(c);
	struct symptom loaded = { .count = 0 };
	struct lru_entry entry;
	struct symptom *p;

	if (!symptom_load(&loaded, c, shift) || find(i, loaded.id) != NULL) {
		c->bad = true;
		return;
	}
	p = lru_add(i->parts, hash_of(i, loaded.id));
	if (p == NULL)
		return;
	entry = p->entry;
	*p = loaded;
	p->entry = entry;
	if (bundle_number(i, number) != NULL)
		bundle_add(bundle_number(i, number), p);
	else
		timerq_set(i->waits, &p->timer, wait_of(i, p, shift->now));
}

bool
incident_load(
    struct incident *i, struct cursor *c, const struct record_shift *shift)
{
	struct bundle *b;

	while (record_read_more(c) && !c->bad)
		load_bundle(i, c);
	while (record_read_more(c) && !c->bad)
		load_part(i, c, shift);
	TAILQ_FOREACH (b, &i->bundles, order)
		if (b->part_count == 0)
			gather_report_by(i, b, shift->now);
	return !c->bad;
}

void
incident_stats(const struct incident *i, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "incident.full", i->full);
	output(arg, COUNTER_LIMIT, "incident.evicted", lru_evicted(i->parts));
	output(arg, COUNTER_LIMIT, "incident.no_memory",
	    i->no_memory + lru_failed(i->parts));
	reach_stats(i->reach, output, arg);
}
