/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EVENTMERGE_H
#define EVENTMERGE_H

#include "base/budget.h"
#include "pipeline/event.h"

/*
 * Events of several readers in one order, for one matcher.  Each reader's
 * events come in their own order, and leave, merged, when no reader can have an
 * earlier one.  The order within one instant does not depend on which reader
 * saw which event: see event_before().
 */

struct eventmerge;

/* At most `events' are held, and what `memory' has room for: beyond that the
 * earliest leave early.  NULL when out of memory; the caller frees it. */
struct eventmerge *eventmerge_new(size_t readers, size_t events,
    struct budget_share *memory, event_output *output, void *arg);
void eventmerge_free(struct eventmerge *m);

/* The event is copied.  Readers count from 0.  False: there is no memory, and
 * it is lost. */
bool eventmerge_input(
    struct eventmerge *m, size_t reader, const struct event *event);

/* This reader has handed on all of its events before `now'. */
void eventmerge_reached(struct eventmerge *m, size_t reader, nstime now);

/* How far all readers have come; INT64_MIN: one has said nothing yet. */
nstime eventmerge_all_reached(const struct eventmerge *m);

/* All readers are done, or must be, before what comes next: let go of all. */
void eventmerge_flush(struct eventmerge *m);

/* eventmerge.early, eventmerge.no_memory */
void eventmerge_stats(
    const struct eventmerge *m, counter_output *output, void *arg);

#endif
