/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef VERDICTS_H
#define VERDICTS_H

#include "base/budget.h"
#include "base/nstime.h"
#include "base/siphash.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Verdicts that something later may still change: a late answer withdraws
 * one, and the verdict on the leg behind it may expose one that was excused.
 */

struct verdicts;

struct verdict {
	uint64_t id;     /* of the transaction */
	uint8_t verdict; /* enum timeout_verdict */
	bool told;       /* as a finding */
};

/* NULL when out of memory. */
struct verdicts *verdicts_new(
    size_t limit, const struct siphash_key *key, struct budget_share *memory);
void verdicts_free(struct verdicts *v);
void verdicts_set(struct verdicts *v, size_t limit);

/* Copied, and kept until the time of `forget'.  At the limit it is refused,
 * and counted. */
void verdicts_add(
    struct verdicts *v, const struct verdict *verdict, nstime forget);

/* Borrowed until the next call of another kind; NULL: not known. */
struct verdict *verdicts_find(struct verdicts *v, uint64_t id);

void verdicts_remove(struct verdicts *v, uint64_t id);

void verdicts_tick(struct verdicts *v, nstime now);
nstime verdicts_next_deadline(const struct verdicts *v);

uint64_t verdicts_refused(const struct verdicts *v);

#endif
