/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RIVAL_H
#define RIVAL_H

#include "clock/offset.h"

/*
 * The stamps that contradict the estimate of a clock: outliers, the same clock
 * after a step, or a second clock behind the same address.  Most clocks are
 * never contradicted, so that offset.c makes one of these only then.
 */

enum {
	RIVAL_STAMPS = 32, /* that are remembered */
	RIVAL_RUN = 8
};

/* Embedded; zeroed, nothing contradicted yet.  offset.c may read it. */
struct rival {
	/* The last 32 stamps, the newest in bit 0: those that contradicted
	 * the estimate, by less than OFFSET_LEAST_STEP (`near', all within
	 * `jitter') or by more; those that belong to `other', a second
	 * cluster. */
	uint32_t against, near, elsewhere;
	bool stepped;
	bool flaps; /* its last two turns were long */

	/* The latest stamps in a row that contradict the estimate and agree
	 * with each other; the last RIVAL_RUN of them are kept. */
	unsigned run_length;
	struct offset_sample run[RIVAL_RUN];
	struct offset_interval run_interval;
	nstime run_wall;

	/* From the lowest to the highest outlier, the run included. */
	struct offset_interval strays;

	struct offset_interval jitter;

	struct offset_sample other;
	nstime step, stepped_at;
	nstime turn; /* how long the clock had stayed before its last step */
};

/* The latest stamp agrees with the estimate.  Returns by how many outliers
 * that ended a run. */
unsigned rival_agree(struct rival *r);

struct rival_stamp {
	struct offset_sample sample;
	nstime wall;
	bool is_first; /* there was no outlier since the last step */
};

/* The latest stamp contradicts the estimate, `present'.  Returns as
 * rival_agree(). */
unsigned rival_contradict(struct rival *r, const struct offset_sample *present,
    const struct rival_stamp *stamp);

/* How many stamps of the run are in run[], and the oldest but `i' of them. */
unsigned rival_kept(const struct rival *r);
const struct offset_sample *rival_run(const struct rival *r, unsigned i);

/* The run becomes the clock, and `former' was the estimate until then;
 * `remembered' stamps are. */
void rival_take_over(
    struct rival *r, const struct offset_sample *former, unsigned remembered);

/* The clock was stepped when it had stayed for `turn'. */
void rival_step(struct rival *r, nstime step, nstime turn);

/* Do the stamps show two clocks by turns? */
bool rival_is_clock(const struct rival *r, unsigned remembered);

/* Is the run less than a step from the estimate? */
bool rival_run_is_near(
    const struct rival *r, const struct offset_interval *present);

/* As offset_rebase(). */
void rival_rebase(struct rival *r, nstime step);

/* State kept over a restart, loaded into a zeroed one.  A `now' is shifted by
 * `shift'. */
void rival_save(struct record *r, const struct rival *rival);
void rival_load(struct rival *rival, struct cursor *c, nstime shift);

#endif
