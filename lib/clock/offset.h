/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OFFSET_H
#define OFFSET_H

#include "base/record.h"

/*
 * How far one clock is from ours, from stamps of it that were seen on the wire
 * (DESIGN section 7, DOMAIN section 2.2).  Embedded; no allocation.
 *
 * A stamp cut to its resolution, seen at `wall' after a transit (mostly of 0 to
 * WITNESS_TRANSIT), bounds the offset (positive: that clock is ahead) to
 *
 *	[told - wall, told - wall + resolution + transit]
 *
 * The lower edge holds however late the packet was; the upper one fails for a
 * packet that waited in a queue.  So the estimate lets some upper edges be
 * wrong.
 */

/* Offsets that can be added and subtracted without overflow: 142 years. */
#define OFFSET_LIMIT (4500000000 * NSTIME_S)

/* How fast a clock that is counted as the same one may drift: 100 ppm. */
#define OFFSET_DRIFT_PPM 100

/* Less than this is no step and no other clock: a slow clock slips, stamps are
 * coarse, and some stacks send the time of a second ago. */
#define OFFSET_LEAST_STEP (2 * NSTIME_S)

enum { OFFSET_SAMPLES = 32, OFFSET_RUN = 8 };

struct offset_interval {
	nstime lo, hi;
};

struct offset_sample {
	struct offset_interval interval;
	nstime at; /* `now' of the first stamp in it */
};

/*
 * Everything in here is private; the fields every stamp needs come first.  Most
 * clocks are seldom heard, so whoever allocates one begins with room for
 * OFFSET_RUN samples, and moves it to where there is more when it is full.
 */
struct offset {
	uint8_t used, newest;
	uint8_t room; /* for samples: OFFSET_RUN to OFFSET_SAMPLES */
	unsigned stamps, outliers; /* since the last step */
	nstime newest_told;
	struct offset_sample present; /* the estimate, and when it was made */

	/* The last 32 stamps, the newest in bit 0: those that contradicted
	 * the estimate, by less than OFFSET_LEAST_STEP (`near', all within
	 * `jitter') or by more; those that belong to `other', a second
	 * cluster. */
	uint32_t against, near, elsewhere;
	unsigned remembered, remembered_against;
	unsigned run_length;
	bool stepped, anchored;
	bool flaps;           /* its last two turns were long */
	nstime since, latest; /* first and last stamp of the present clock */
	nstime turn;          /* how long it had stayed before its last step */

	/* The latest stamps in a row that contradict the estimate and agree
	 * with each other; the last OFFSET_RUN of them are kept. */
	struct offset_sample run[OFFSET_RUN];
	struct offset_interval run_interval;
	nstime run_wall;

	/* From the lowest to the highest outlier, the run included. */
	struct offset_interval strays;

	struct offset_interval jitter;

	struct offset_sample other;
	nstime step, stepped_at;
	struct offset_sample
	    anchor; /* an early estimate: drift is from there */

	struct offset_sample samples[]; /* of the present clock */
};

struct offset_stamp {
	struct offset_interval interval;
	nstime told, wall, now;
};

/* Compute the offset that a stamp implies; `width' is resolution and transit.
 * False if it is further off than OFFSET_LIMIT. */
bool offset_stamp(nstime told, nstime width, nstime wall, nstime now,
    struct offset_stamp *stamp);

/* Of one with room for so many samples. */
static inline size_t
offset_octets(unsigned room)
{
	return sizeof(struct offset) + room * sizeof(struct offset_sample);
}

/* No stamps yet.  `room' is what there is behind it. */
void offset_init(struct offset *o, unsigned room);

/* More room would make the estimate better: without it the next sample takes
 * the place of the oldest. */
bool offset_is_full(const struct offset *o);

/* It becomes what `from' is, and has as much room or more. */
void offset_copy(struct offset *o, const struct offset *from);

/*
 * Add a stamp.  A step is `run' (at least 1) stamps in a row that agree with
 * each other and not with the estimate.  True if the estimate, or what it is
 * worth, may have changed.
 */
bool offset_input(
    struct offset *o, const struct offset_stamp *stamp, unsigned run);

/* Is that the time the newest sample told?  Then the clock stands still, or the
 * stamp was kept somewhere. */
bool offset_repeats(const struct offset *o, const struct offset_stamp *stamp);

/* Without a majority, all that was seen is the estimate. */
struct offset_estimate {
	struct offset_interval interval; /* the offset is in there */
	nstime since, latest;            /* by stamps of then (now) */
	unsigned stamps;                 /* that it rests on */
	unsigned outliers;
	bool unsettled;    /* the latest, or too many, contradict it */
	bool mixed;        /* more than one clock: do not judge */
	bool stepped;      /* there was a step, and it was */
	nstime step;       /* that large, */
	nstime stepped_at; /* then (wall) */
	bool drifts;       /* provably, by .. */
	int64_t drift_ms;  /* .. milliseconds a day */
};

/* `now' was set by `step': as much later is all that was seen. */
void offset_rebase(struct offset *o, nstime step);

/* False if there are no stamps. */
bool offset_estimate(const struct offset *o, struct offset_estimate *estimate);

/* State kept over a restart: the estimate and the newest samples.  A `now' is
 * shifted by `shift'. */
void offset_save(struct record *r, const struct offset *o);
/* `o' was made by offset_init(). */
void offset_load(struct offset *o, struct cursor *c, nstime shift);

/* The middle of an interval, and half its width, rounded up. */
static inline nstime
offset_middle(struct offset_interval i)
{
	return i.lo + (i.hi - i.lo) / 2;
}

static inline nstime
offset_uncertainty(struct offset_interval i)
{
	return (i.hi - i.lo + 1) / 2;
}

#endif
