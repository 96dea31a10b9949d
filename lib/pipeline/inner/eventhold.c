/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/eventhold.h"

#include <stdlib.h>

#include "base/timerq.h"

struct eventhold_entry {
	struct timerq_entry timer; /* first; at the event's time */
	struct event *event;
	unsigned mark;
};

struct eventhold {
	struct timerq *events;
};

struct eventhold *
eventhold_new(void)
{
	struct eventhold *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->events = timerq_new();
	if (h->events != NULL)
		return h;
	free(h);
	return NULL;
}

void
eventhold_free(struct eventhold *h)
{
	unsigned mark;

	if (h == NULL)
		return;
	while (timerq_count(h->events) > 0)
		event_discard(eventhold_take(h, &mark));
	timerq_free(h->events);
	free(h);
}

bool
eventhold_put(struct eventhold *h, struct event *event, unsigned mark)
{
	struct eventhold_entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL ||
	    !timerq_set(h->events, &entry->timer, event->now)) {
		event_discard(event);
		free(entry);
		return false;
	}
	entry->event = event;
	entry->mark = mark;
	return true;
}

size_t
eventhold_count(const struct eventhold *h)
{
	return timerq_count(h->events);
}

nstime
eventhold_next(const struct eventhold *h)
{
	return timerq_next_deadline(h->events);
}

struct event *
eventhold_take(struct eventhold *h, unsigned *mark)
{
	struct timerq_entry *timer = timerq_due(h->events, NSTIME_NEVER);
	struct eventhold_entry *entry = (struct eventhold_entry *)timer;
	struct event *event;

	if (timer == NULL)
		return NULL;
	timerq_cancel(h->events, timer);
	event = entry->event;
	*mark = entry->mark;
	free(entry);
	return event;
}
