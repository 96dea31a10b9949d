/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/oneways.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/lru.h"
#include "pipeline/inner/gist.h"

#define HOLD (500 * NSTIME_MS)

/* A judge that begins anew reads what came this long before, and more. */
#define TELL_EACH (60 * NSTIME_S)

/* Events held back for one connection; with more it is decided upon. */
enum { HELD = 64 };

enum oneways_state { UNDECIDED, WHOLE, APART };

struct oneways_held {
	STAILQ_ENTRY(oneways_held) next;
	struct event *event;
};

struct oneways_way {
	bool seen, told;
	nstime told_at;
	struct gist_way gist;
};

struct oneways_flow {
	struct lru_entry entry;
	TAILQ_ENTRY(oneways_flow) undecided;
	uint64_t flow;
	enum oneways_state state;
	nstime since;
	STAILQ_HEAD(, oneways_held) held;
	unsigned held_count;
	struct oneways_way ways[2];
};

struct oneways {
	struct oneways_output output;
	struct lru *flows;
	struct record gist;
	TAILQ_HEAD(, oneways_flow) undecided; /* the oldest first */
	uint64_t apart, no_memory;
};

static bool
same_flow(const struct table_entry *entry, const void *key)
{
	return ((const struct oneways_flow *)entry)->flow ==
	    *(const uint64_t *)key;
}

static struct event *
take_held(struct oneways_flow *f)
{
	struct oneways_held *held = STAILQ_FIRST(&f->held);
	struct event *event;

	if (held == NULL)
		return NULL;
	event = held->event;
	STAILQ_REMOVE_HEAD(&f->held, next);
	f->held_count--;
	free(held);
	return event;
}

static void
on_done(void *arg, void *object)
{
	struct oneways *o = arg;
	struct oneways_flow *f = object;
	struct event *event;

	if (f->state == UNDECIDED)
		TAILQ_REMOVE(&o->undecided, f, undecided);
	while ((event = take_held(f)) != NULL)
		event_discard(event);
}

struct oneways *
oneways_new(
    const struct oneways_limits *limits, const struct oneways_output *output)
{
	struct oneways *o = calloc(1, sizeof(*o));
	const struct lru_setup setup = {
		.limit = limits->flows,
		.octets = sizeof(struct oneways_flow),
		.equal = same_flow,
		.done = on_done,
		.arg = o,
	};

	if (o == NULL)
		return NULL;
	o->output = *output;
	TAILQ_INIT(&o->undecided);
	record_init(&o->gist, GIST_MOST);
	o->flows = lru_new(&setup, &limits->key);
	if (o->flows != NULL)
		return o;
	oneways_free(o);
	return NULL;
}

void
oneways_free(struct oneways *o)
{
	if (o == NULL)
		return;
	lru_free(o->flows);
	record_done(&o->gist);
	free(o);
}

static struct oneways_flow *
use(struct oneways *o, uint64_t flow, nstime now)
{
	const uint64_t hash = lru_hash(o->flows, slice_of(&flow, sizeof(flow)));
	struct oneways_flow *f = lru_find(o->flows, hash, &flow);

	if (f == NULL) {
		f = lru_add(o->flows, hash);
		if (f == NULL) {
			o->no_memory++;
			return NULL;
		}
		f->flow = flow;
		f->since = now;
		STAILQ_INIT(&f->held);
		TAILQ_INSERT_TAIL(&o->undecided, f, undecided);
	}
	lru_use(o->flows, f);
	return f;
}

static void
hold(struct oneways *o, struct oneways_flow *f, const struct event *event)
{
	struct oneways_held *held = malloc(sizeof(*held));
	struct event *copy = held == NULL ? NULL : event_copy(event);

	if (copy == NULL) {
		free(held);
		o->no_memory++;
		return;
	}
	held->event = copy;
	STAILQ_INSERT_TAIL(&f->held, held, next);
	f->held_count++;
}

static void
tell_segment(
    struct oneways *o, struct oneways_flow *f, const struct event *event)
{
	struct oneways_way *way = &f->ways[event->segment.second];
	struct event e = *event;

	e.segment.told =
	    !way->told || nstime_passed(way->told_at, TELL_EACH, e.now);
	if (e.segment.told)
		way->told_at = e.now;
	way->told = true;
	o->output.segment(o->output.arg, &e);
}

static void
decide(struct oneways *o, struct oneways_flow *f, enum oneways_state state)
{
	struct event *event;

	TAILQ_REMOVE(&o->undecided, f, undecided);
	f->state = state;
	o->apart += state == APART;
	while ((event = take_held(f)) != NULL) {
		if (state == APART && event->kind == EVENT_SEGMENT)
			tell_segment(o, f, event);
		else if (state == WHOLE && event->kind != EVENT_SEGMENT)
			o->output.whole(o->output.arg, event);
		event_discard(event);
	}
}

/* Time is up.  Without segments it was another reader who reports none. */
static void
decide_late(struct oneways *o, struct oneways_flow *f)
{
	decide(o, f, f->ways[0].seen || f->ways[1].seen ? APART : WHOLE);
}

/* What rooms of the reader make of a connection, but for its messages. */
static bool
is_of_connection(const struct event *e)
{
	if (e->kind == EVENT_OBSERVED)
		switch (e->observation->kind) {
		case OBSERVATION_FAILED:
		case OBSERVATION_WORKED:
		case OBSERVATION_CERTIFICATE:
		case OBSERVATION_ANSWERED:
		case OBSERVATION_UNANSWERED:
		case OBSERVATION_UNSEEN:
		case OBSERVATION_DOUBTED:
		case OBSERVATION_ACTIVE:
			return e->flow != 0;
		default:
			return false;
		}
	return e->kind == EVENT_SEGMENT || e->kind == EVENT_FLOW ||
	    e->kind == EVENT_ACKNOWLEDGED || e->kind == EVENT_UNANSWERED;
}

/* What it carries is not even held back. */
static void
on_segment(struct oneways *o, struct oneways_flow *f, const struct event *event)
{
	struct oneways_way *way = &f->ways[event->segment.second];
	struct event e;

	way->seen = true;
	if (f->state == UNDECIDED && f->ways[0].seen && f->ways[1].seen)
		decide(o, f, WHOLE);
	if (f->state == WHOLE)
		return;
	e = *event;
	e.segment.content = gist_write(&way->gist, &event->segment, &o->gist);
	if (f->state == APART)
		tell_segment(o, f, &e);
	else
		hold(o, f, &e);
}

bool
oneways_input(struct oneways *o, const struct event *e)
{
	struct oneways_flow *f;

	if (!is_of_connection(e))
		return true;
	f = use(o, e->flow, e->now);
	if (f == NULL)
		return true;
	if (e->kind == EVENT_SEGMENT)
		on_segment(o, f, e);
	else if (f->state == UNDECIDED)
		hold(o, f, e);
	if (f->held_count >= HELD)
		decide_late(o, f);
	return f->state == WHOLE && e->kind != EVENT_SEGMENT;
}

void
oneways_tick(struct oneways *o, nstime now)
{
	while (oneways_next_deadline(o) <= now)
		decide_late(o, TAILQ_FIRST(&o->undecided));
}

nstime
oneways_next_deadline(const struct oneways *o)
{
	const struct oneways_flow *f = TAILQ_FIRST(&o->undecided);

	return f == NULL ? NSTIME_NEVER : nstime_after(f->since, HOLD);
}

void
oneways_finish(struct oneways *o)
{
	oneways_tick(o, NSTIME_NEVER - 1);
}

void
oneways_stats(const struct oneways *o, counter_output *output, void *arg)
{
	output(arg, COUNTER_OTHER, "oneways.apart", o->apart);
	output(arg, COUNTER_LIMIT, "oneways.evicted", lru_evicted(o->flows));
	output(arg, COUNTER_LIMIT, "oneways.no_memory", o->no_memory);
}
