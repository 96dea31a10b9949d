/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HABITS_H
#define HABITS_H

#include "txn/outcome.h"

#include "base/budget.h"
#include "base/siphash.h"

/*
 * How long senders on UDP resend requests that are not answered, by client,
 * server and method: scanners and keep-alive pings never do, proxies stop after
 * their own timer.  A request that stops sooner than that was answered, even if
 * the response was not seen.
 */

struct habits;

/* NULL when out of memory. */
struct habits *habits_new(
    size_t limit, const struct siphash_key *key, struct budget_share *memory);
void habits_free(struct habits *s);
void habits_set(struct habits *s, size_t limit);

/* Learn from this outcome, once it was judged.  At the limit the sender that
 * has not resent for longest is forgotten. */
void habits_note(struct habits *s, const struct outcome *outcome);

/* The longest time from first to last copy so far; 0: it never resent. */
nstime habits_span(const struct habits *s, const struct outcome *outcome);

/* How many were forgotten. */
uint64_t habits_evicted(const struct habits *s);

#endif
