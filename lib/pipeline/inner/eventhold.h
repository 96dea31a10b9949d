/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EVENTHOLD_H
#define EVENTHOLD_H

#include "pipeline/event.h"

/* Events of all sensors that wait for earlier ones, in order of their times. */

struct eventhold;

/* NULL when out of memory; the caller frees it. */
struct eventhold *eventhold_new(void);
void eventhold_free(struct eventhold *h);

/* The event is ours from now on, and is discarded where there is no memory:
 * false.  `mark' is given back with it. */
bool eventhold_put(struct eventhold *h, struct event *event, unsigned mark);

size_t eventhold_count(const struct eventhold *h);

/* The time of the earliest, or NSTIME_NEVER. */
nstime eventhold_next(const struct eventhold *h);

/* The earliest, for the caller to discard; NULL: there is none. */
struct event *eventhold_take(struct eventhold *h, unsigned *mark);

#endif
