/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OBSTACLE_H
#define OBSTACLE_H

#include <stdint.h>

/*
 * The obstacles that kept packets from being read: of each kind the value that
 * most of them had, if one did (Boyer and Moore's majority vote: one value and
 * one counter whatever comes).
 */

struct obstacle_vote {
	uint32_t value;
	uint64_t lead; /* 0: there is none */
};

struct obstacles {
	struct obstacle_vote datalink, ethertype, protocol;
	struct obstacle_vote port; /* the lower one of a packet's two */
};

static inline void
obstacle_count(struct obstacle_vote *vote, uint32_t value)
{
	if (vote->lead == 0)
		vote->value = value;
	if (vote->value == value)
		vote->lead++;
	else
		vote->lead--;
}

#endif
