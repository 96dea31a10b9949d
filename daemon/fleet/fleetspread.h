/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETSPREAD_H
#define FLEETSPREAD_H

#include "base/counter.h"
#include "base/siphash.h"
#include "base/slice.h"
#include "fleet/fleetdoor.h"

/*
 * The partitions of a fleet, spread over its judges.  Each partition has a seat
 * (fleetseat.h), with a lease and snapshots of its own.
 *
 * Judges say every second that they live.  In the order of their names each of
 * them has an equal share, the first ones one more where it cannot be equal: a
 * judge takes what is free up to its share, and gives back what is more.  It
 * does not matter for the truth when they disagree about who lives: a lease
 * has one holder.
 */

struct fleetspread;

struct fleetspread_setup {
	const struct fleetdoor_member *member;
	unsigned partitions;
	size_t halves, sensors; /* of a partition */
	struct siphash_key key;
	struct budget_share *memory; /* of all halves; borrowed */
};

/* NULL when out of memory; the caller frees it. */
struct fleetspread *fleetspread_new(const struct fleetspread_setup *setup);
void fleetspread_free(struct fleetspread *s);

/* As fleetseat_run() and fleetseat_leave(), for all that are ours. */
bool fleetspread_run(struct fleetspread *s);
void fleetspread_leave(struct fleetspread *s);

/* What somebody wants of all sensors. */
void fleetspread_wanted(struct fleetspread *s, struct slice batch);

/* Who has it; "": nobody. */
const char *fleetspread_holder(const struct fleetspread *s, unsigned partition);
unsigned fleetspread_partitions(const struct fleetspread *s);

/* Counters of all partitions that it has had. */
void fleetspread_stats(
    const struct fleetspread *s, counter_output *output, void *arg);

#endif
