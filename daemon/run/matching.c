/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/matching.h"

#include <stdlib.h>

#include "host/thread.h"
#include "run/deadlines.h"

enum { QUEUE = 512 * 1024 }; /* more than fits near a processor is slower */

struct matching {
	struct matcher *matcher;
	struct judge *judge;
	struct eventqueue *queue;
	pthread_t thread;

	/* Of the thread. */
	struct deadlines deadlines;
	struct eventqueue_mark time; /* the latest */
};

static nstime
next_deadline(void *matching)
{
	const struct matching *m = matching;
	const nstime deadlines[] = {
		matcher_next_deadline(m->matcher),
		judge_next_deadline(m->judge),
	};

	return nstime_earliest(deadlines, 2);
}

static void
tick(void *matching, nstime now)
{
	const struct matching *m = matching;

	matcher_tick(m->matcher, now, now + m->time.ahead);
	if (judge_next_deadline(m->judge) <= now)
		judge_tick(m->judge, now, now + m->time.offset);
}

/* The deadlines of a reader fire before the matcher's of the same time, and
 * those before a packet. */
static void
take_event(struct matching *m, const struct event *event)
{
	const struct event *ahead[EVENTQUEUE_AHEAD];

	eventqueue_peek(m->queue, ahead);
	matcher_expect_entry(m->matcher, ahead[0]);
	matcher_expect(m->matcher, ahead[1]);
	deadlines_advance(&m->deadlines,
	    event->task == EVENT_BY_PACKET ? event->now : event->now - 1);
	matcher_input(m->matcher, event);
	deadlines_changed(&m->deadlines);
}

/* Whoever settled may have changed deadlines meanwhile. */
static void
take_mark(struct matching *m, const struct eventqueue_mark *mark)
{
	deadlines_changed(&m->deadlines);
	deadlines_advance(&m->deadlines, mark->now);
	m->time = *mark;
	deadlines_changed(&m->deadlines);
	if (mark->dropped)
		matcher_dropped(m->matcher, mark->now);
}

static void *
run(void *arg)
{
	struct matching *m = arg;
	struct eventqueue_entry entry;

	while (eventqueue_wait(m->queue))
		while (eventqueue_next(m->queue, &entry)) {
			if (entry.event != NULL)
				take_event(m, entry.event);
			else
				take_mark(m, entry.mark);
			eventqueue_done(m->queue);
		}
	return NULL;
}

struct matching *
matching_new(
    struct matcher *matcher, struct judge *judge, const struct siphash_key *key)
{
	struct matching *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->matcher = matcher;
	m->judge = judge;
	m->deadlines = (struct deadlines){
		.next = next_deadline,
		.fire = tick,
		.of = m,
	};
	deadlines_begin(&m->deadlines, INT64_MIN);
	m->queue = eventqueue_new(QUEUE, key);
	if (m->queue != NULL && thread_start(&m->thread, run, m) == 0)
		return m;
	eventqueue_free(m->queue);
	free(m);
	return NULL;
}

void
matching_free(struct matching *m)
{
	if (m == NULL)
		return;
	eventqueue_end(m->queue);
	pthread_join(m->thread, NULL);
	eventqueue_free(m->queue);
	free(m);
}

void
matching_stats(const struct matching *m, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "matching.no_memory",
	    eventqueue_lost(m->queue));
}

void
matching_event(void *matching, const struct event *event)
{
	const struct matching *m = matching;

	while (!eventqueue_give(m->queue, event))
		eventqueue_wait_room(m->queue);
}

void
matching_lend(struct matching *m, struct slice area)
{
	eventqueue_lend(m->queue, area);
}

size_t
matching_given(void *matching)
{
	const struct matching *m = matching;

	return eventqueue_given(m->queue);
}

void
matching_wait_taken(void *matching, size_t given)
{
	const struct matching *m = matching;

	eventqueue_wait_taken(m->queue, given);
}

void
matching_mark(struct matching *m, const struct eventqueue_mark *mark)
{
	while (!eventqueue_mark(m->queue, mark))
		eventqueue_wait_room(m->queue);
}

void
matching_settle(struct matching *m, const struct eventqueue_mark *mark)
{
	matching_mark(m, mark);
	eventqueue_wait_empty(m->queue);
}
