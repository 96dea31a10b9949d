/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef INTERVAL_H
#define INTERVAL_H

#include "clock/offset.h"

/* Intervals that an offset lies in. */

static inline bool
interval_overlap(struct offset_interval a, struct offset_interval b)
{
	return a.lo <= b.hi && b.lo <= a.hi;
}

/* Nearer than the least step it is the same clock with jitter. */
static inline bool
interval_is_near(struct offset_interval a, struct offset_interval b)
{
	return a.lo - OFFSET_LEAST_STEP < b.hi &&
	    b.lo - OFFSET_LEAST_STEP < a.hi;
}

/* By a day an interval may go beyond OFFSET_LIMIT. */
#define INTERVAL_LIMIT (OFFSET_LIMIT + 86400 * NSTIME_S)

/* Between two times, 0 to 1000 days. */
nstime interval_time(nstime from, nstime to);

/* Widen a sample's by the drift since it was taken. */
struct offset_interval interval_aged(
    const struct offset_sample *sample, nstime now);

/* The smallest that has both in it. */
struct offset_interval interval_hull(
    struct offset_interval a, struct offset_interval b);

/*
 * Where most of `count' intervals (at most OFFSET_SAMPLES) agree.  False, and
 * *result untouched but for its lower edge, where that is no majority.
 */
bool interval_majority(const struct offset_interval *intervals, unsigned count,
    struct offset_interval *result);

/* State kept over a restart; a `now' is shifted by `shift'. */
void interval_save(struct record *r, struct offset_interval interval);
struct offset_interval interval_load(struct cursor *c);
void interval_save_sample(struct record *r, const struct offset_sample *sample);
struct offset_sample interval_load_sample(struct cursor *c, nstime shift);

#endif
