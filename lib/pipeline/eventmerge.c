/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/eventmerge.h"

#include <stdalign.h>
#include <stdlib.h>
#include <sys/queue.h>

/* An event with an ordinary message fits into ROOM octets.  So many of such
 * places are kept for events to come: malloc would have to look for each. */
enum { ROOM = 2048, KEPT = 1024 };

struct eventmerge_held {
	STAILQ_ENTRY(eventmerge_held) next;
	struct event *event; /* in `octets' */
	size_t room;
	alignas(max_align_t) uint8_t octets[];
};

struct eventmerge_reader {
	STAILQ_HEAD(, eventmerge_held) events;
	nstime reached;
};

struct eventmerge {
	event_output *output;
	void *arg;
	size_t limit, held, kept;
	struct budget_share *memory;
	uint64_t early, no_memory;
	STAILQ_HEAD(, eventmerge_held) free;
	size_t count;
	struct eventmerge_reader readers[];
};

struct eventmerge *
eventmerge_new(size_t readers, size_t events, struct budget_share *memory,
    event_output *output, void *arg)
{
	struct eventmerge *m =
	    calloc(1, sizeof(*m) + readers * sizeof(m->readers[0]));

	if (m == NULL)
		return NULL;
	m->output = output;
	m->arg = arg;
	m->limit = events;
	m->memory = memory;
	m->count = readers;
	STAILQ_INIT(&m->free);
	for (size_t i = 0; i < readers; i++) {
		STAILQ_INIT(&m->readers[i].events);
		m->readers[i].reached = INT64_MIN;
	}
	return m;
}

static void
give_back(struct eventmerge *m, struct eventmerge_held *held)
{
	if (held->room > ROOM || m->kept == KEPT) {
		budget_release(m->memory, held, held->room);
		return;
	}
	STAILQ_INSERT_HEAD(&m->free, held, next);
	m->kept++;
}

static struct eventmerge_held *
take_first(struct eventmerge *m, struct eventmerge_reader *r)
{
	struct eventmerge_held *held = STAILQ_FIRST(&r->events);

	STAILQ_REMOVE_HEAD(&r->events, next);
	m->held--;
	return held;
}

static void
drop_kept(struct eventmerge *m)
{
	struct eventmerge_held *held = STAILQ_FIRST(&m->free);

	STAILQ_REMOVE_HEAD(&m->free, next);
	m->kept--;
	budget_release(m->memory, held, held->room);
}

void
eventmerge_free(struct eventmerge *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->count; i++)
		while (!STAILQ_EMPTY(&m->readers[i].events))
			give_back(m, take_first(m, &m->readers[i]));
	while (!STAILQ_EMPTY(&m->free))
		drop_kept(m);
	free(m);
}

/* There are as few readers as there are processors, so a look at each will
 * do.  NULL: nothing is held. */
static struct eventmerge_reader *
earliest(struct eventmerge *m)
{
	struct eventmerge_reader *best = NULL;

	for (size_t i = 0; i < m->count; i++) {
		struct eventmerge_reader *r = &m->readers[i];
		const struct eventmerge_held *held = STAILQ_FIRST(&r->events);

		if (held != NULL &&
		    (best == NULL ||
			event_before(
			    held->event, STAILQ_FIRST(&best->events)->event)))
			best = r;
	}
	return best;
}

static void
release(struct eventmerge *m, struct eventmerge_reader *r)
{
	struct eventmerge_held *held = take_first(m, r);

	m->output(m->arg, held->event);
	give_back(m, held);
}

/* Of the earliest, none if there are none. */
static bool
release_early(struct eventmerge *m)
{
	struct eventmerge_reader *r = earliest(m);

	if (r == NULL)
		return false;
	release(m, r);
	m->early++;
	return true;
}

/* A place that is kept, or the earliest event, so that its place is. */
static bool
let_go(struct eventmerge *m)
{
	if (STAILQ_EMPTY(&m->free))
		return release_early(m);
	drop_kept(m);
	return true;
}

/* Kept from an earlier event, or drawn from the memory; NULL: there is none. */
static struct eventmerge_held *
place_for(struct eventmerge *m, size_t octets)
{
	const size_t room = octets > ROOM ? octets : ROOM;
	struct eventmerge_held *held;

	while ((room > ROOM || STAILQ_EMPTY(&m->free)) &&
	    !budget_has(m->memory, room) && let_go(m))
		;
	held = room > ROOM ? NULL : STAILQ_FIRST(&m->free);
	if (held != NULL) {
		STAILQ_REMOVE_HEAD(&m->free, next);
		m->kept--;
		return held;
	}
	if (!budget_take(m->memory, room))
		return NULL;
	held = malloc(sizeof(*held) + room);
	if (held == NULL)
		budget_give(m->memory, room);
	else
		held->room = room;
	return held;
}

bool
eventmerge_input(struct eventmerge *m, size_t reader, const struct event *event)
{
	struct eventmerge_held *held = place_for(m, event_octets(event));

	if (held == NULL) {
		m->no_memory++;
		return false;
	}
	held->event = event_place(event, held->octets);
	held->event->reader = (unsigned)reader;
	STAILQ_INSERT_TAIL(&m->readers[reader].events, held, next);
	if (++m->held > m->limit)
		release_early(m);
	return true;
}

nstime
eventmerge_all_reached(const struct eventmerge *m)
{
	nstime all = NSTIME_NEVER;

	for (size_t i = 0; i < m->count; i++)
		if (m->readers[i].reached < all)
			all = m->readers[i].reached;
	return all;
}

void
eventmerge_reached(struct eventmerge *m, size_t reader, nstime now)
{
	struct eventmerge_reader *r;
	nstime all;

	m->readers[reader].reached = now;
	all = eventmerge_all_reached(m);
	while ((r = earliest(m)) != NULL &&
	    STAILQ_FIRST(&r->events)->event->now < all)
		release(m, r);
}

void
eventmerge_flush(struct eventmerge *m)
{
	struct eventmerge_reader *r;

	while ((r = earliest(m)) != NULL)
		release(m, r);
}

void
eventmerge_stats(const struct eventmerge *m, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "eventmerge.early", m->early);
	output(arg, COUNTER_LIMIT, "eventmerge.no_memory", m->no_memory);
}
