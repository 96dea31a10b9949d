/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/alert.h"

#include <stdlib.h>

#include "alert/inner/entries.h"
#include "alert/inner/handover.h"

/* A record must have SPARE octets left when an entry is begun. */
enum { SPARE = 16384 };

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
	a->table = table_new(limits->alerts, &limits->key, entries_has_name);
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
		entries_free(a, (struct alert_entry *)entry);
	}
	table_free(a->table);
	handover_done(a);
	quota_done(&a->quota);
	timerq_free(a->timers);
	free(a->batch);
	free(a);
}

/* Without memory for its timer a wait ends at once: better raised too early
 * than never. */
static void
set_timer(struct alert *a, struct alert_entry *e, nstime now, nstime wall)
{
	const nstime deadline = episode_deadline(&e->episode, &a->rules);

	e->due = deadline;
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
		entries_forget(a, e);
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
	char text[ENTRIES_NAME + 1];
	struct textbuf t;

	textbuf_init(&t, text, sizeof(text));
	successor = entries_find(
	    a, entries_write_name(&t, f->successor, f->successor_key));
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

void
alert_input(struct alert *a, const struct finding *finding)
{
	struct alert_entry *e = entries_for(a, finding);
	struct finding folded;
	const struct alert_entry *cause;
	enum episode_life before;

	if (finding->change == FINDING_TROUBLE)
		a->findings[finding->kind]++;
	if (e == NULL)
		return;
	if (e->episode.folds) {
		folded = *finding;
		folded.subject =
		    entries_folding_subject(finding->kind, entries_name(e));
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
	entries_sort(a->batch, count);
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
	record_text(r, slice_after(entries_name(e), strlen(kind) + 1));
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
	handover_save(a, r);
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
	struct alert_entry *e = entries_new(a, episode->kind, name);
	uint64_t id;

	if (e == NULL)
		return false;
	id = e->episode.id;
	e->episode = *episode;
	e->episode.id = id;
	e->episode.folds =
	    entries_folding_subject(e->episode.kind, name).len > 0;
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
		const struct slice key = record_read_line(c, ENTRIES_NAME);
		char text[ENTRIES_NAME + 1];
		struct textbuf t;
		bool taken = false;

		textbuf_init(&t, text, sizeof(text));
		entries_write_name(&t, episode.kind, key);
		if (!episode_load(&episode, c, shift, &a->names))
			c->bad = true;
		else if (known && entries_find(a, textbuf_slice(&t)) == NULL)
			taken = take_in(a, textbuf_slice(&t), &episode);
		if (!taken)
			episode_done(&episode);
	}
	/* States of an older version end here. */
	if (c->rest.len > 0)
		handover_load(a, c);
	return !c->bad;
}
