/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSENSUS_H
#define CONSENSUS_H

#include "clock/offset.h"

/*
 * Is it me?  If several clocks that have nothing to do with each other are
 * all off by the same amount, and not one is right, then ours is the one that
 * is wrong (DESIGN section 7).  The caller knows whether ours can be trusted;
 * here only votes are counted.
 */

/* How near offsets must be to agree, and to side with us. */
#define CONSENSUS_WIDTH (5 * NSTIME_S)

enum { CONSENSUS_QUORUM = 3 };

/*
 * A clock that is so many times nearer to ours than to what the largest group
 * says speaks against that group, however large: that a clock was set wrong,
 * and by chance to nearly what ours says, is less likely than that both are
 * some seconds off, and the group made up.  Then those that are so near vote
 * alone.
 */
enum { CONSENSUS_NEARER = 100 };

struct consensus_vote {
	uint64_t voter; /* clocks of one voter (a pool) have one vote: the
			 * middle one's */
	nstime offset;
};

struct consensus {
	bool odd_one_out;  /* a quorum agrees, and nobody sides with us */
	bool contradicted; /* there are votes, and nobody sides with us */
	nstime offset;     /* theirs, if odd_one_out */
	size_t agreeing, total;
};

/* Count.  `votes' are put into another order. */
struct consensus consensus_count(struct consensus_vote *votes, size_t count);

#endif
