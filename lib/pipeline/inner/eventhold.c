/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/eventhold.h"

#include <stdlib.h>

#include "base/timerq.h"

/* All sensors answer a want within that. */
#define LATE (1 * NSTIME_S)

/* Less than a successor reads again: JOINER_REPLAY. */
#define LATE_MOST (120 * NSTIME_S)

#define BEHIND (UINT64_C(1) << 63)

struct eventhold_entry {
	struct timerq_entry timer; /* first; at the event's time */
	struct event *event;
	size_t octets; /* of memory */
	unsigned mark;
};

struct eventhold {
	struct budget_share *memory;
	struct timerq *events, *late;
	nstime late_due, late_most; /* of all that are late */
	uint64_t count;
};

struct eventhold *
eventhold_new(struct budget_share *memory)
{
	struct eventhold *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->memory = memory;
	h->events = timerq_new();
	h->late = timerq_new();
	h->late_due = NSTIME_NEVER;
	if (h->events != NULL && h->late != NULL)
		return h;
	eventhold_free(h);
	return NULL;
}

void
eventhold_free(struct eventhold *h)
{
	struct event *event;
	unsigned mark;

	if (h == NULL)
		return;
	while (h->events != NULL && h->late != NULL &&
	    (event = eventhold_take(h, NSTIME_NEVER, NSTIME_NEVER, &mark)) !=
		NULL)
		event_discard(event);
	timerq_free(h->events);
	timerq_free(h->late);
	free(h);
}

/* Of one instant segments come first, and all else as it came. */
static uint64_t
order_of(struct eventhold *h, const struct event *event)
{
	return ++h->count + (event->kind == EVENT_SEGMENT ? 0 : BEHIND);
}

/* A heap holds a place for it too. */
static size_t
octets_of(const struct event *event)
{
	return event_octets(event) + sizeof(struct eventhold_entry) +
	    3 * BUDGET_OVERHEAD;
}

/* A transaction of which half has come is not to be judged. */
static void
put_off(struct eventhold *h, const struct eventhold_time *time)
{
	const nstime due = nstime_after(time->reached, LATE);
	const bool first = h->late_due == NSTIME_NEVER;

	if (first)
		h->late_most = nstime_after(time->reached, LATE_MOST);
	if (first || (time->behind && due > h->late_due))
		h->late_due = due < h->late_most ? due : h->late_most;
}

bool
eventhold_put(struct eventhold *h, struct event *event, unsigned mark,
    const struct eventhold_time *time)
{
	const bool late = event->now <= time->judged;
	struct eventhold_entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL ||
	    !timerq_set_ordered(late ? h->late : h->events, &entry->timer,
		event->now, order_of(h, event))) {
		event_discard(event);
		free(entry);
		return false;
	}
	entry->event = event;
	entry->mark = mark;
	entry->octets = octets_of(event);
	budget_note(h->memory, entry->octets);
	if (late)
		put_off(h, time);
	return true;
}

size_t
eventhold_count(const struct eventhold *h)
{
	return timerq_count(h->events) + timerq_count(h->late);
}

bool
eventhold_is_over(const struct eventhold *h)
{
	return budget_percent(h->memory) > 100;
}

struct event *
eventhold_take(
    struct eventhold *h, nstime until, nstime reached, unsigned *mark)
{
	const bool late = timerq_count(h->late) > 0 && reached >= h->late_due;
	struct timerq *from = late ? h->late : h->events;
	struct timerq_entry *timer =
	    timerq_due(from, late ? NSTIME_NEVER : until);
	struct eventhold_entry *entry = (struct eventhold_entry *)timer;
	struct event *event;

	if (timer == NULL)
		return NULL;
	timerq_cancel(from, timer);
	if (timerq_count(h->late) == 0)
		h->late_due = NSTIME_NEVER;
	event = entry->event;
	budget_undo(h->memory, entry->octets);
	*mark = entry->mark;
	free(entry);
	return event;
}
