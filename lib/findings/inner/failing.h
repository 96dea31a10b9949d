/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FAILING_H
#define FAILING_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/record.h"
#include "base/siphash.h"
#include "findings/inner/tally.h"
#include "txn/outcome.h"

/*
 * Servers that timed out for a method, until they are well again: a client
 * that had failed was answered, and `resolve_after' passed since the latest
 * timeout.  At the limit the one longest without trouble goes: its alert ends
 * when it has been quiet.
 */

struct failing;

/* NULL when out of memory; the caller frees it. */
struct failing *failing_new(
    size_t servers, const struct siphash_key *key, struct budget_share *memory);
void failing_free(struct failing *f);
void failing_set(struct failing *f, size_t servers);

/* `method' is what tally_name() wrote. */
void failing_timed_out(struct failing *f, const struct outcome *outcome,
    const char method[TALLY_NAME]);

/* A watched transaction was answered. */
void failing_answered(
    struct failing *f, const struct outcome *outcome, nstime resolve_after);

/* Take one that is well now, until there is none: false. */
struct failing_healed {
	struct endpoint server;
	char method[TALLY_NAME];
};
bool failing_heal(struct failing *f, nstime now, struct failing_healed *healed);
nstime failing_next_deadline(const struct failing *f);

uint64_t failing_evicted(const struct failing *f);

/* State kept over a restart.  failing_load() is for an empty room. */
void failing_save(const struct failing *f, struct record *r);
void failing_load(
    struct failing *f, struct cursor *c, nstime shift, nstime resolve_after);

#endif
