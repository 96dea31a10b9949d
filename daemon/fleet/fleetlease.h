/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETLEASE_H
#define FLEETLEASE_H

#include "base/nstime.h"
#include "fleet/fleetdoor.h"

/*
 * A lease: a key of the cluster that its holder writes anew every second, by
 * compare and set.  Others take it when it has not changed for five seconds,
 * in which they could read it, by their own monotonic clock: nobody's wall
 * clock counts.  A holder that cannot write it for four seconds has lost it.
 */

enum { FLEETLEASE_KEY = 32, FLEETLEASE_VALUE = 160 };

struct fleetlease {
	const struct fleetdoor_member *member;
	char key[FLEETLEASE_KEY];
	bool held;
	char holder[FLEETLEASE_VALUE]; /* its name; empty: nobody */
	nstime well; /* when the cluster answered last, CLOCK_MONOTONIC */

	/* Private. */
	uint64_t revision; /* as seen last */
	nstime seen;       /* when it had changed, CLOCK_MONOTONIC */
	nstime due;
	uint64_t beats;
};

#define FLEETLEASE_LOST (5 * NSTIME_S)

void fleetlease_init(struct fleetlease *l,
    const struct fleetdoor_member *member, const char *key);

/* Write it, or look at it and take it if `wanted' and free; once a second, at
 * other times nothing is done.  True: we hold it. */
bool fleetlease_tick(struct fleetlease *l, bool wanted);

/* Others may take it at once. */
void fleetlease_give(struct fleetlease *l);

#endif
