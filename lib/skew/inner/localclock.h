/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCALCLOCK_H
#define LOCALCLOCK_H

#include "clock/consensus.h"
#include "clock/ownclock.h"
#include "findings/finding.h"

/*
 * The findings about our own clock: local-clock, one for each class.  Raised
 * when it begins, and at most once a minute while it lasts.
 */

enum localclock_class {
	LOCALCLOCK_STEPPED,
	LOCALCLOCK_UNSYNCHRONISED, /* and contradicted */
	LOCALCLOCK_ODD_ONE_OUT,
	LOCALCLOCK_CLASSES /* how many there are */
};

/* Embedded; private. */
struct localclock {
	finding_output *output;
	void *arg;
	struct {
		bool stands;
		nstime told;
	} classes[LOCALCLOCK_CLASSES];
};

void localclock_init(struct localclock *l, finding_output *output, void *arg);

/* Ours was stepped by so much (positive: forward). */
void localclock_stepped(
    struct localclock *l, nstime step, nstime now, nstime wall);

/* Compare our clock with the others: raise odd_one_out, or unsynchronised if
 * it is and they contradict us; a class that does not hold is over. */
void localclock_weigh(struct localclock *l, const struct consensus *consensus,
    bool unsynchronised, nstime now, nstime wall);

/* It is over; nothing happens if it was not raised. */
void localclock_clear(
    struct localclock *l, enum localclock_class class, nstime now, nstime wall);

bool localclock_stands(const struct localclock *l, enum localclock_class class);

/* State kept over a restart. */
void localclock_save(struct record *r, const struct localclock *l);
void localclock_load(struct localclock *l, struct cursor *c, nstime shift);

/* "trusted", "unsynchronised", "suspect" (the odd one out), "unknown". */
const char *localclock_name(const struct localclock *l, enum ownclock state);

#endif
