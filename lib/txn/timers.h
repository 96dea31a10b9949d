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

/* Timers B, F and H, and every other limit of 64*T1. */
static inline nstime
timers_64_t1(nstime t1)
{
	return 64 * t1;
}

/* `duration' after `at'; a stamp from the end of time does not wrap round. */
static inline nstime
timers_after(nstime at, nstime duration)
{
	const nstime last = NSTIME_NEVER - 1;

	return at > last - duration ? last : at + duration;
}

#endif
