/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MATCHING_H
#define MATCHING_H

#include "pipeline/judge.h"
#include "pipeline/matcher.h"
#include "run/eventqueue.h"

/*
 * The matcher and the judge in a thread of their own, behind a reader of
 * savefiles.  Each event meets them as it would in the thread of the reader:
 * whatever is due before it has fired, at its own time.
 */

struct matching;

/* NULL when out of memory, or without a thread.  The caller frees it, before
 * matcher and judge, which are the thread's until then.  `key' is that of the
 * matcher's transactions. */
struct matching *matching_new(struct matcher *matcher, struct judge *judge,
    const struct siphash_key *key);
void matching_free(struct matching *m);

/* matching.no_memory */
void matching_stats(
    const struct matching *m, counter_output *output, void *arg);

/* An event_output; `matching' is the struct matching. */
void matching_event(void *matching, const struct event *event);

/* Messages in `area' are not copied: before their octets change, wait until
 * all that was given up to then was taken. */
void matching_lend(struct matching *m, struct slice area);
size_t matching_given(void *matching);
void matching_wait_taken(void *matching, size_t given);

/* How time stands for what follows. */
void matching_mark(struct matching *m, const struct eventqueue_mark *mark);

/* Wait until all before `mark' has been judged, and its deadlines have fired.
 * Matcher and judge are the caller's until the next event or mark. */
void matching_settle(struct matching *m, const struct eventqueue_mark *mark);

#endif
