/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef JUMP_H
#define JUMP_H

#include <stdbool.h>

#include "clock/offset.h"

/*
 * Stamps of a savefile that jump: was nothing captured for a while, or was the
 * clock of the capturing host set?  The clocks of other hosts decide: where
 * they are as far off as before, time has passed; where all of them moved by
 * the same, and by no more than the jump, it is the capture's clock that did.
 *
 *	jump = step of the clock + time that passed
 */

/* Neither a jump nor a step is smaller. */
#define JUMP_LEAST (5 * NSTIME_S)

/* Embedded; zeroed, there is none.  Private. */
struct jump {
	bool open;
	nstime size;      /* positive: forward */
	nstime at;        /* now */
	nstime step;      /* by the latest witness */
	unsigned agree;   /* witnesses of that step */
	unsigned unmoved; /* witnesses of none */
};

/* The stamps jumped by `size' at `now'.  A much larger one that is still open
 * stays. */
void jump_open(struct jump *j, nstime size, nstime now);

/*
 * The clock of another host was within `before' by all its stamps until
 * `latest' (now), and is within `after' by the present one.  True: that proves
 * a step of the capture's clock, by *step (positive: forward), and the jump is
 * closed.
 */
bool jump_witness(struct jump *j, const struct offset_interval *before,
    nstime latest, const struct offset_interval *after, nstime *step);

#endif
