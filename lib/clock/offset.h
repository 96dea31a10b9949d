/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OFFSET_H
#define OFFSET_H

#include "base/budget.h"
#include "base/record.h"

/*
 * How far one clock is from ours, from stamps of it that were seen on the wire
 * (DESIGN section 7, DOMAIN section 2.2).
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

enum { OFFSET_SAMPLES = 32 /* at most */ };

struct offset_interval {
	nstime lo, hi;
};

struct offset_sample {
	struct offset_interval interval;
	nstime at; /* `now' of the first stamp in it */
};

struct rival;

/*
 * Everything in here is private but what belongs to its owner.  Most clocks are
 * seldom heard and never contradicted: the room for samples grows with them,
 * and only what was contradicted has a rival.
 */
struct offset {
	uint8_t used, newest, room; /* samples */
	uint8_t remembered, remembered_against;
	bool anchored;
	uint8_t witness;           /* the owner's */
	unsigned stamps, outliers; /* since the last step */
	nstime newest_told;
	struct offset_sample present; /* the estimate, and when it was made */
	nstime since, latest; /* first and last stamp of the present clock */
	struct offset *next;  /* the owner's */
	struct rival *rival;  /* owned; NULL: nothing contradicted it yet */
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

/* No stamps yet.  All of it is drawn from `memory', borrowed.  NULL when out of
 * memory; the owner frees it with offset_free(), with the same `memory'. */
struct offset *offset_new(struct budget_share *memory);
void offset_free(struct offset *o, struct budget_share *memory);

/*
 * Add a stamp.  A step is `run' (at least 1) stamps in a row that agree with
 * each other and not with the estimate.  *changed: the estimate, or what it is
 * worth, may have changed.  *o moves when it needs more room; without memory
 * for that the oldest sample makes way.  False when out of memory for what
 * contradicts the estimate: the stamp is lost.
 */
bool offset_input(struct offset **o, const struct offset_stamp *stamp,
    unsigned run, struct budget_share *memory, bool *changed);

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
/* As offset_new(); also NULL, and c->bad, if it makes no sense. */
struct offset *offset_load(
    struct cursor *c, nstime shift, struct budget_share *memory);

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
