/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/eventmerge.h"

#include <stdlib.h>
#include <sys/queue.h>

struct eventmerge_held {
	STAILQ_ENTRY(eventmerge_held) next;
	struct event *event;
};

struct eventmerge_reader {
	STAILQ_HEAD(, eventmerge_held) events;
	nstime reached;
};

struct eventmerge {
	event_output *output;
	void *arg;
	size_t limit, held;
	uint64_t early, no_memory;
	size_t count;
	struct eventmerge_reader readers[];
};

struct eventmerge *
eventmerge_new(size_t readers, size_t events, event_output *output, void *arg)
{
	struct eventmerge *m =
	    calloc(1, sizeof(*m) + readers * sizeof(m->readers[0]));

	if (m == NULL)
		return NULL;
	m->output = output;
	m->arg = arg;
	m->limit = events;
	m->count = readers;
	for (size_t i = 0; i < readers; i++) {
		STAILQ_INIT(&m->readers[i].events);
		m->readers[i].reached = INT64_MIN;
	}
	return m;
}

static struct event *
take_first(struct eventmerge *m, struct eventmerge_reader *r)
{
	struct eventmerge_held *held = STAILQ_FIRST(&r->events);
	struct event *event = held->event;

	STAILQ_REMOVE_HEAD(&r->events, next);
	free(held);
	m->held--;
	return event;
}

void
eventmerge_free(struct eventmerge *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->count; i++)
		while (!STAILQ_EMPTY(&m->readers[i].events))
			event_discard(take_first(m, &m->readers[i]));
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
	struct event *event = take_first(m, r);

	m->output(m->arg, event);
	event_discard(event);
}

void
eventmerge_input(struct eventmerge *m, size_t reader, struct event *event)
{
	struct eventmerge_held *held = malloc(sizeof(*held));

	if (held == NULL) {
		event_discard(event);
		m->no_memory++;
		return;
	}
	held->event = event;
	event->reader = (unsigned)reader;
	STAILQ_INSERT_TAIL(&m->readers[reader].events, held, next);
	if (++m->held <= m->limit)
		return;
	release(m, earliest(m));
	m->early++;
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
