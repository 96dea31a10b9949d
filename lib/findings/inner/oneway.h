/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ONEWAY_H
#define ONEWAY_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/record.h"
#include "net/endpoint.h"

/*
 * Pairs of hosts of which only one direction may be on the mirror: an inner
 * part of visibility.  It counts the requests of `a' to `b' that got not one
 * packet back, and says when there are enough of them in a row.
 */

struct oneway;

/* NULL when out of memory; the caller frees it, and calls oneway_set(). */
struct oneway *oneway_new(
    size_t pairs, const struct siphash_key *key, struct budget_share *memory);
void oneway_free(struct oneway *o);

/* A pair is one-way from `needed' requests in a row on. */
void oneway_set(struct oneway *o, size_t pairs, unsigned needed);

/* Nothing came back to one more request.  True: the pair is one-way, by so
 * many. */
bool oneway_unanswered(struct oneway *o, const struct address *a,
    const struct address *b, unsigned *count);

/* A packet came back.  True: the pair was one-way, by so many. */
bool oneway_both(struct oneway *o, const struct address *a,
    const struct address *b, unsigned *count);

/* State kept over a restart: the pairs that are one-way, and the latest of the
 * others.  oneway_load() is for an empty room; false: the record is broken. */
void oneway_save(const struct oneway *o, struct record *r);
bool oneway_load(struct oneway *o, struct cursor *c);

/* visibility.pairs_evicted */
void oneway_stats(const struct oneway *o, counter_output *output, void *arg);

#endif
