/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/alert.h"

#include <stdlib.h>

#include "alert/inner/handover.h"

/* Octets of "kind NUL key"; keys that differ only beyond are one.  A record
 * must have SPARE octets left when an entry is begun. */
enum { NAME = 600, SPARE = 16384 };

/* The beginning of the key of an alert that covers the alerts beyond a
 * quota. */
#define FOLDED "folded "

const char *
alert_state_name(enum alert_state state)
{
	static const char *const names[] = {
		[ALERT_RAISED] = "raised",
		[ALERT_REFRESHED] = "refreshed",
		[ALERT_RESOLVED] = "resolved",
		[ALERT_JOINED] = "joined",
	};

	return names[state];
}

const char *
alert_reason_name(enum alert_reason reason)
{
	static const char *const names[] = {
		[ALERT_HEALTHY] = "healthy",
		[ALERT_QUIET] = "quiet",
		[ALERT_SUPERSEDED] = "superseded",
		[ALERT_WITHDRAWN] = "withdrawn",
	};

	return names[reason];
}

static struct slice
name_of(const struct alert_entry *e)
{
	return slice_of(e->name, e->name_len);
}

static bool
has_name(const struct table_entry *entry, const void *key)
{
	return slice_equal(name_of((const struct alert_entry *)entry),
	    *(const struct slice *)key);
}

static void
on_event(void *arg, const struct alert_event *event)
{
	struct alert *a = arg;

	if (event->state == ALERT_RAISED)
		a->raised[event->kind]++;
	a->output(a->arg, event);
}

void
alert_set(struct alert *a, const struct alert_limits *limits)
{
	a->limits = *limits;
	a->rules = (struct episode_rules){
		.join = limits->join,
		.reminder = limits->reminder,
		.flap = limits->flap,
		.output = on_event,
		.arg = a,
	};
	table_set(a->table, limits->alerts);
	handover_set(a);
	quota_set(&a->quota, limits->alerts);
}

struct alert *
alert_new(const struct alert_limits *limits, alert_output *output, void *arg)
{
	struct alert *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->limits = *limits;
	a->output = output;
	a->arg = arg;
	TAILQ_INIT(&a->idle);
	a->table = table_new(limits->alerts, &limits->key, has_name);
	a->timers = timerq_new();
	if (!handover_init(a) ||
	    !quota_init(&a->quota, limits->alerts, &limits->key) ||
	    a->table == NULL || a->timers == NULL) {
		alert_free(a);
		return NULL;
	}
	alert_set(a, limits);
	return a;
}

static void
free_entry(const struct alert *a, struct alert_entry *e)
{
	episode_done(&e->episode);
	budget_release(a->limits.memory, e, sizeof(*e) + e->name_len);
}

void
alert_free(struct alert *a)
{
	struct table_entry *entry, *next;

	if (a == NULL)
		return;
	entry = a->table == NULL ? NULL : table_first(a->table);
	for (; entry != NULL; entry = next) {
		next = table_next(a->table, entry);
		table_remove(a->table, entry);
		free_entry(a, (struct alert_entry *)entry);
	}
	table_free(a->table);
	handover_done(a);
	quota_done(&a->quota);
	timerq_free(a->timers);
	free(a->batch);
	free(a);
}

/* An idle entry leaves for good. */
static void
forget(struct alert *a, struct alert_entry *e)
{
	TAILQ_REMOVE(&a->idle, e, idle);
	table_remove(a->table, &e->in_table);
	free_entry(a, e);
}

/* `name' is "kind NUL key". */
static uint64_t
id_of(enum finding_kind kind, struct slice name)
{
	return finding_id(
	    kind, slice_after(name, strlen(finding_kind_name(kind)) + 1));
}

static struct alert_entry *
new_entry(struct alert *a, enum finding_kind kind, struct slice name)
{
	struct alert_entry *e;

	if (table_count(a->table) >= a->limits.alerts && !TAILQ_EMPTY(&a->idle))
		forget(a, TAILQ_FIRST(&a->idle));
	while ((e = budget_alloc(a->limits.memory, sizeof(*e) + name.len)) ==
		NULL &&
	    !TAILQ_EMPTY(&a->idle))
		forget(a, TAILQ_FIRST(&a->idle));
	if (e == NULL) {
		a->no_memory++;
		return NULL;
	}
	e->episode.memory = a->limits.memory;
	e->episode.kind = kind;
	e->episode.id = id_of(kind, name);
	e->name_len = name.len;
	memcpy(e->name, name.p, name.len);
	if (!table_add(a->table, &e->in_table, table_hash(a->table, name))) {
		a->full++;
		free_entry(a, e);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&a->idle, e, idle);
	return e;
}

static struct slice
write_name(struct textbuf *t, enum finding_kind kind, struct slice key)
{
	textbuf_add(t, finding_kind_name(kind));
	textbuf_add_slice(t, slice_of("", 1));
	textbuf_add_slice(t, key);
	return textbuf_slice(t);
}

static struct alert_entry *
find(const struct alert *a, struct slice name)
{
	return (struct alert_entry *)table_find(
	    a->table, table_hash(a->table, name), &name);
}

/* For an alert with its evidence, the first's and the latest's. */
static bool
has_memory(const struct alert *a)
{
	return budget_has(a->limits.memory,
	    sizeof(struct alert_entry) + NAME + 2 * sizeof(struct evidence));
}

/* The subject of the alert that covers the alerts beyond a quota. */
static struct slice
folded_subject(const struct alert *a, const struct finding *f)
{
	return quota_ask(&a->quota, f->kind, f->subject) == QUOTA_HOST_FULL
	    ? quota_host_of(f->subject)
	    : slice_text(ALERT_OTHER_HOSTS);
}

/* It is outside of any quota; there is one for a host, one for a kind. */
static struct alert_entry *
folding_entry(struct alert *a, const struct finding *f)
{
	const struct slice subject = folded_subject(a, f);
	char key[EPISODE_SUBJECT + 16], text[NAME + 1];
	struct textbuf k, t;
	struct slice name;
	struct alert_entry *e;

	textbuf_init(&k, key, sizeof(key));
	textbuf_add(&k, FOLDED);
	textbuf_add_slice(&k, subject);
	textbuf_init(&t, text, sizeof(text));
	name = write_name(&t, f->kind, textbuf_slice(&k));
	e = find(a, name);
	if (e == NULL)
		e = new_entry(a, f->kind, name);
	if (e == NULL)
		return NULL;
	a->folded++;
	e->episode.folds = true;
	return e;
}

/* The entry a finding belongs to.  Only trouble makes a new one. */
static struct alert_entry *
entry_for(struct alert *a, const struct finding *f)
{
	char text[NAME + 1];
	struct textbuf t;
	struct slice name;
	struct alert_entry *found;

	textbuf_init(&t, text, sizeof(text));
	name = write_name(&t, f->kind, f->key);
	found = find(a, name);
	if (found != NULL && found->episode.life != EPISODE_IDLE)
		return found;
	if (f->change == FINDING_TROUBLE &&
	    (quota_ask(&a->quota, f->kind, f->subject) != QUOTA_ROOM ||
		!has_memory(a)))
		return folding_entry(a, f);
	if (found != NULL || f->change != FINDING_TROUBLE)
		return found;
	return new_entry(a, f->kind, name);
}

/* Without memory for its timer a wait ends at once: better raised too early
 * than never. */
static void
set_timer(struct alert *a, struct alert_entry *e, nstime now, nstime wall)
{
	const nstime deadline = episode_deadline(&e->episode, &a->rules);

	if (deadline == NSTIME_NEVER) {
		timerq_cancel(a->timers, &e->timer);
	} else if (!timerq_set(a->timers, &e->timer, deadline)) {
		a->no_memory++;
		if (e->episode.life == EPISODE_WAITING)
			episode_fire(&e->episode, &a->rules, now, wall);
	}
}

static void
count(struct alert *a, struct alert_entry *e)
{
	const bool wanted =
	    e->episode.life != EPISODE_IDLE && !e->episode.folds;

	if (wanted && !e->is_counted)
		e->host = quota_take(&a->quota, e->episode.kind,
		    slice_of(e->episode.subject, e->episode.subject_len));
	else if (!wanted && e->is_counted)
		quota_give(&a->quota, e->episode.kind, e->host);
	e->is_counted = wanted;
}

/* Something happened to an entry whose life was `before': put it where it
 * belongs now.  One that never was raised leaves no trace. */
static void
settle(struct alert *a, struct alert_entry *e, enum episode_life before,
    nstime now, nstime wall)
{
	count(a, e);
	set_timer(a, e, now, wall);
	if (before == EPISODE_IDLE)
		TAILQ_REMOVE(&a->idle, e, idle);
	a->active -= before == EPISODE_ACTIVE;
	a->active += e->episode.life == EPISODE_ACTIVE;
	if (e->episode.life != EPISODE_IDLE)
		return;
	handover_end(a, e);
	TAILQ_INSERT_TAIL(&a->idle, e, idle);
	if (e->episode.number == 0)
		forget(a, e);
}

/* The alert `id' was raised, or is over: others end with it. */
static void
let_follow(struct alert *a, uint64_t id, enum episode_life life,
    struct slice subject, nstime now, nstime wall)
{
	const struct finding healthy = {
		.change = FINDING_HEALTHY, .now = now, .wall = wall
	};
	struct alert_entry *e;
	enum episode_life before;

	while ((e = handover_follower(a, id, life)) != NULL) {
		before = e->episode.life;
		episode_join(&e->episode, &a->rules, id, now, wall);
		settle(a, e, before, now, wall);
	}
	while (life == EPISODE_IDLE &&
	    (e = handover_released(a, subject)) != NULL) {
		before = e->episode.life;
		episode_input(&e->episode, &a->rules, &healthy);
		settle(a, e, before, now, wall);
	}
}

static void
conclude(struct alert *a, struct alert_entry *e, enum episode_life before,
    nstime now, nstime wall)
{
	const uint64_t id = e->episode.id;
	const enum episode_life life = e->episode.life;
	char store[EPISODE_SUBJECT + 1];
	struct textbuf subject;

	textbuf_init(&subject, store, sizeof(store));
	textbuf_add_slice(
	    &subject, slice_of(e->episode.subject, e->episode.subject_len));
	handover_note(a, e);
	settle(a, e, before, now, wall);
	if (life != before)
		let_follow(a, id, life, textbuf_slice(&subject), now, wall);
}

/* Another alert takes over.  If it is not active or waiting, this one goes
 * on. */
static void
hand_over(struct alert *a, struct alert_entry *e, const struct finding *f)
{
	const enum episode_life before = e->episode.life;
	const struct alert_entry *successor;
	char text[NAME + 1];
	struct textbuf t;

	textbuf_init(&t, text, sizeof(text));
	successor = find(a, write_name(&t, f->successor, f->successor_key));
	if (successor == NULL || successor->episode.life == EPISODE_IDLE)
		return;
	if (handover_leave(a, e, successor))
		return;
	episode_join(
	    &e->episode, &a->rules, successor->episode.id, f->now, f->wall);
	conclude(a, e, before, f->now, f->wall);
}

/* Is its end put off, or done already? */
static bool
is_taken_care_of(
    struct alert *a, struct alert_entry *e, const struct finding *f)
{
	if (e->episode.life == EPISODE_IDLE)
		return false;
	if (f->change == FINDING_HEALTHY)
		return !handover_may_heal(a, e);
	if (f->change != FINDING_SUPERSEDED || f->successor_key.len == 0)
		return false;
	hand_over(a, e, f);
	return true;
}

/* The subject of a folding alert; empty: it is none. */
static struct slice
folding_subject(enum finding_kind kind, struct slice name)
{
	const struct slice key =
	    slice_after(name, strlen(finding_kind_name(kind)) + 1);

	return slice_starts_with(key, FOLDED)
	    ? slice_after(key, sizeof(FOLDED) - 1)
	    : slice_of(NULL, 0);
}

void
alert_input(struct alert *a, const struct finding *finding)
{
	struct alert_entry *e = entry_for(a, finding);
	struct finding folded;
	const struct alert_entry *cause;
	enum episode_life before;

	if (finding->change == FINDING_TROUBLE)
		a->findings[finding->kind]++;
	if (e == NULL)
		return;
	if (e->episode.folds) {
		folded = *finding;
		folded.subject = folding_subject(finding->kind, name_of(e));
		finding = &folded;
	}
	if (is_taken_care_of(a, e, finding))
		return;
	if (finding->change == FINDING_TROUBLE)
		handover_trouble(a, e);
	before = e->episode.life;
	if (!episode_input(&e->episode, &a->rules, finding))
		a->no_memory++;
	cause = e->episode.life != EPISODE_WAITING ? NULL
						   : handover_cause(a, finding);
	if (cause != NULL)
		episode_join(&e->episode, &a->rules, cause->episode.id,
		    finding->now, finding->wall);
	if (before != EPISODE_IDLE || e->episode.life != EPISODE_IDLE ||
	    e->episode.number == 0)
		conclude(a, e, before, finding->now, finding->wall);
}

static struct alert_entry *
entry_of(struct timerq_entry *timer)
{
	return (struct alert_entry *)(void *)((char *)timer -
	    offsetof(struct alert_entry, timer));
}

/* By deadline, then by first_seen, then by id: an order that depends on the
 * findings alone, not on the order they came in. */
static int
compare(const void *left, const void *right)
{
	const struct alert_entry *a = *(struct alert_entry *const *)left;
	const struct alert_entry *b = *(struct alert_entry *const *)right;

	if (a->timer.deadline != b->timer.deadline)
		return a->timer.deadline < b->timer.deadline ? -1 : 1;
	if (a->episode.first_seen != b->episode.first_seen)
		return a->episode.first_seen < b->episode.first_seen ? -1 : 1;
	return (a->episode.id > b->episode.id) -
	    (a->episode.id < b->episode.id);
}

static bool
add_to_batch(struct alert *a, size_t at, struct alert_entry *e)
{
	if (at == a->batch_size) {
		const size_t wanted = at == 0 ? 64 : 2 * at;
		void *grown = realloc(a->batch, wanted * sizeof(a->batch[0]));

		if (grown == NULL) {
			a->no_memory++;
			return false;
		}
		a->batch = grown;
		a->batch_size = wanted;
	}
	a->batch[at] = e;
	return true;
}

static void
fire(struct alert *a, struct alert_entry *e, nstime now, nstime wall)
{
	const enum episode_life before = e->episode.life;

	episode_fire(&e->episode, &a->rules, now, wall);
	conclude(a, e, before, now, wall);
}

static void
fire_batch(struct alert *a, size_t count, nstime now, nstime wall)
{
	if (count > 1)
		qsort(a->batch, count, sizeof(a->batch[0]), compare);
	for (size_t i = 0; i < count; i++)
		fire(a, a->batch[i], now, wall);
}

/* Without memory for a batch its alerts are raised one by one. */
void
alert_tick(struct alert *a, nstime now, nstime wall)
{
	struct timerq_entry *timer;

	while (timerq_due(a->timers, now) != NULL) {
		const nstime due = timerq_next_deadline(a->timers);
		size_t count = 0;

		while ((timer = timerq_due(a->timers, due)) != NULL) {
			timerq_cancel(a->timers, timer);
			if (add_to_batch(a, count, entry_of(timer)))
				count++;
			else
				fire(a, entry_of(timer), due,
				    wall - (now - due));
		}
		fire_batch(a, count, due, wall - (now - due));
	}
}

void
alert_finish(struct alert *a, nstime now, nstime wall)
{
	struct table_entry *entry = table_first(a->table);
	size_t count = 0;

	for (; entry != NULL; entry = table_next(a->table, entry)) {
		struct alert_entry *e = (struct alert_entry *)entry;

		if (e->episode.life != EPISODE_WAITING)
			continue;
		if (add_to_batch(a, count, e))
			count++;
		else
			fire(a, e, now, wall);
	}
	fire_batch(a, count, now, wall);
}

nstime
alert_next_deadline(const struct alert *a)
{
	return timerq_next_deadline(a->timers);
}

uint64_t
alert_findings(const struct alert *a, enum finding_kind kind)
{
	return a->findings[kind];
}

uint64_t
alert_raised(const struct alert *a, enum finding_kind kind)
{
	return a->raised[kind];
}

size_t
alert_active(const struct alert *a)
{
	return a->active;
}

void
alert_stats(const struct alert *a, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "alert.full", a->full);
	output(arg, COUNTER_LIMIT, "alert.folded", a->folded);
	output(arg, COUNTER_LIMIT, "alert.no_memory", a->no_memory);
}

static void
save_entry(const struct alert_entry *e, struct record *r)
{
	const char *kind = finding_kind_name(e->episode.kind);

	if (record_left(r) < SPARE)
		return;
	record_more(r, true);
	finding_kind_save(r, e->episode.kind);
	record_text(r, slice_after(name_of(e), strlen(kind) + 1));
	episode_save(r, &e->episode);
}

void
alert_save(const struct alert *a, struct record *r)
{
	const struct table_entry *entry = table_first(a->table);
	const struct alert_entry *e;

	for (unsigned i = 0; i < FINDING_KINDS; i++) {
		record_more(r, true);
		finding_kind_save(r, i);
		record_u64(r, a->findings[i]);
		record_u64(r, a->raised[i]);
	}
	record_more(r, false);
	for (; entry != NULL; entry = table_next(a->table, entry)) {
		e = (const struct alert_entry *)entry;
		if (e->episode.life != EPISODE_IDLE)
			save_entry(e, r);
	}
	e = TAILQ_LAST(&a->idle, entry_list);
	for (; e != NULL; e = TAILQ_PREV(e, entry_list, idle))
		save_entry(e, r);
	record_more(r, false);
}

static void
load_counts(struct alert *a, struct cursor *c)
{
	while (record_read_more(c)) {
		enum finding_kind kind;
		const bool known = finding_kind_load(c, &kind);
		const uint64_t findings = cursor_le64(c);
		const uint64_t raised = cursor_le64(c);

		if (known) {
			a->findings[kind] = findings;
			a->raised[kind] = raised;
		}
	}
}

/* A new entry is last in the list of idle ones; they were saved newest
 * first. */
static bool
take_in(struct alert *a, struct slice name, const struct episode *episode)
{
	struct alert_entry *e = new_entry(a, episode->kind, name);

	if (e == NULL)
		return false;
	e->episode = *episode;
	e->episode.id = id_of(episode->kind, name);
	e->episode.folds = folding_subject(e->episode.kind, name).len > 0;
	count(a, e);
	TAILQ_REMOVE(&a->idle, e, idle);
	if (e->episode.life == EPISODE_IDLE)
		TAILQ_INSERT_HEAD(&a->idle, e, idle);
	a->active += e->episode.life == EPISODE_ACTIVE;
	handover_note(a, e);
	set_timer(a, e, episode->last, episode->last_seen);
	return true;
}

bool
alert_load(struct alert *a, struct cursor *c, const struct record_shift *shift)
{
	load_counts(a, c);
	while (record_read_more(c)) {
		struct episode episode = { .memory = a->limits.memory };
		const bool known = finding_kind_load(c, &episode.kind);
		const struct slice key = record_read_line(c, NAME);
		char text[NAME + 1];
		struct textbuf t;
		bool taken = false;

		textbuf_init(&t, text, sizeof(text));
		write_name(&t, episode.kind, key);
		if (!episode_load(&episode, c, shift, &a->names))
			c->bad = true;
		else if (known && find(a, textbuf_slice(&t)) == NULL)
			taken = take_in(a, textbuf_slice(&t), &episode);
		if (!taken)
			episode_done(&episode);
	}
	return !c->bad;
}
