/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TWINS_H
#define TWINS_H

#include "base/counter.h"
#include "pipeline/event.h"

/*
 * Facts that two sensors saw: the second is left out.  And a Date that another
 * host sent first in the same call was relayed by this one.  (Messages that two
 * saw are the matcher's: see msgdup.h.)
 */

struct twins;

/* NULL when out of memory; the caller frees it. */
struct twins *twins_new(size_t facts, const struct siphash_key *key);
void twins_free(struct twins *t);

/* In order of time: is it new? */
bool twins_pass(struct twins *t, const struct event *event);

/* twins.seen_twice, twins.relayed, twins.evicted */
void twins_stats(const struct twins *t, counter_output *output, void *arg);

#endif
