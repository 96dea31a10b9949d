/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TIMERS_H
#define TIMERS_H

#include "base/nstime.h"

/*
 * RFC 3261 appendix A, table 4, as far as a passive observer needs it.  T1 is
 * configurable, so everything that follows from it is a function of it.
 */

#define TIMERS_T1 (500 * NSTIME_MS)
#define TIMERS_T2 (4 * NSTIME_S)
#define TIMERS_T4 (5 * NSTIME_S)
#define TIMERS_C (180 * NSTIME_S)

/* Every deadline of a transaction follows from these. */
struct timers {
	nstime t1; /* RFC 3261 17.1.1.1 */
	nstime timer_c;
	nstime grace;                   /* added to every deadline */
	nstime slow_invite, slow_other; /* early warning thresholds */
};

/* Timers B, F and H, and every other limit of 64*T1. */
static inline nstime
timers_64_t1(nstime t1)
{
	return 64 * t1;
}

#endif
