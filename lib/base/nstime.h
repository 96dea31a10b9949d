/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSTIME_H
#define NSTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Time inside lib/: nanoseconds in a signed 64-bit integer.  A point in time
 * counts from the Unix epoch (`wall', UTC) or from an arbitrary origin that
 * only moves forward (`now'); a duration is a plain difference.  The range is
 * 1678 to 2262, so arithmetic on what came off the wire must be checked
 * before it gets here.
 */

typedef int64_t nstime;

#define NSTIME_US ((nstime)1000)
#define NSTIME_MS ((nstime)1000000)
#define NSTIME_S ((nstime)1000000000)

/* Later than any deadline: "no deadline". */
#define NSTIME_NEVER INT64_MAX

/* `duration' after `since', or the end of time: a savefile may put its packets
 * anywhere, so deadlines saturate. */
static inline nstime
nstime_after(nstime since, nstime duration)
{
	nstime at;

	if (__builtin_add_overflow(since, duration, &at))
		return duration < 0 ? INT64_MIN : NSTIME_NEVER;
	return at;
}

/* Is it that long since `since'? */
static inline bool
nstime_passed(nstime since, nstime duration, nstime now)
{
	return now >= nstime_after(since, duration);
}

/* How far it is from 0, either way: the least time has NSTIME_NEVER. */
static inline nstime
nstime_magnitude(nstime t)
{
	if (t == INT64_MIN)
		return NSTIME_NEVER;
	return t < 0 ? -t : t;
}

/* The middle one of `count' times, one or more, or the later of the two in the
 * middle; sorts them. */
nstime nstime_middle(nstime *times, size_t count);

/* The earliest of `count' deadlines, NSTIME_NEVER if there is none. */
static inline nstime
nstime_earliest(const nstime *deadlines, size_t count)
{
	nstime earliest = NSTIME_NEVER;

	for (size_t i = 0; i < count; i++)
		if (deadlines[i] < earliest)
			earliest = deadlines[i];
	return earliest;
}

#endif
