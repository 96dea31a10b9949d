/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EVENTHOLD_H
#define EVENTHOLD_H

#include "base/budget.h"
#include "pipeline/event.h"

/*
 * Events of all sensors that wait for earlier ones, in order of their times.
 * Those that come when their time was judged are gathered for a second, and
 * leave together, in order too: those of a sensor that empties its spool until
 * it has sent no more of them for a second, two minutes at most.
 */

struct eventhold;

/* `memory': borrowed; NULL: no bounds.  NULL when out of memory; the caller
 * frees it. */
struct eventhold *eventhold_new(struct budget_share *memory);
void eventhold_free(struct eventhold *h);

/* How far all sensors are, and everything is judged; and whether the event's
 * sensor is far behind, so that more of the like will follow. */
struct eventhold_time {
	nstime reached, judged;
	bool behind;
};

/* The event is ours from now on, and is discarded where there is no memory:
 * false.  `mark' is given back with it. */
bool eventhold_put(struct eventhold *h, struct event *event, unsigned mark,
    const struct eventhold_time *time);

size_t eventhold_count(const struct eventhold *h);

/* They hold more memory than is guaranteed: some have to be taken. */
bool eventhold_is_over(const struct eventhold *h);

/* A late one that waited long enough until `reached', or else the earliest if
 * its time is `until' at most; for the caller to discard.  NULL: there is none.
 */
struct event *eventhold_take(
    struct eventhold *h, nstime until, nstime reached, unsigned *mark);

#endif
