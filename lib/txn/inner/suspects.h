/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SUSPECTS_H
#define SUSPECTS_H

#include "base/budget.h"
#include "txn/inner/txn.h"

/*
 * Transactions that began and were not answered, in the order in which they
 * were put here: those that are cheapest to fake.  Nobody tells when one is
 * answered or forgotten; that is seen when its turn comes.
 */

struct suspects_entry {
	txn_link txn; /* from the first that was ever put here */
	uint32_t id;
};

/* Embedded, zeroed at first but for `memory'; private. */
struct suspects {
	struct budget_share *memory; /* that is drawn from, or NULL */
	struct suspects_entry *ring;
	struct txn *origin;   /* of links */
	size_t size;          /* a power of two, or 0 */
	uint64_t first, next; /* counted from the beginning */
};

void suspects_done(struct suspects *s);

/* Of the latest there is memory for; the earliest are dropped without it.  The
 * budget is told of it and not asked: who gives way must be known when it is
 * used up. */
void suspects_add(struct suspects *s, struct txn *t);

/* The earliest that still waits, taken off; NULL: none.  A transaction's
 * memory must stay readable, and its id change, after it is forgotten. */
struct txn *suspects_take(struct suspects *s);

/* How many are here, those too that wait no more. */
static inline uint64_t
suspects_count(const struct suspects *s)
{
	return s->next - s->first;
}

/* The one at place `n', which is less than suspects_count(); NULL: it waits no
 * more. */
const struct txn *suspects_see(const struct suspects *s, uint64_t n);

#endif
