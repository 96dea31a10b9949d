/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOLDING_H
#define HOLDING_H

#include "base/budget.h"

/*
 * The octets of messages that are not whole, of all streams together.  Where
 * there is no room for more of them, those give way that are held for longest:
 * a sender whose message never ends is the first to lose it.
 */

struct holding;

/* Zeroed at first, but for `memory' and `limit'. */
struct holdings {
	struct budget_share *memory;      /* borrowed; NULL: no bounds */
	size_t limit;                     /* octets; 0: no other bounds */
	size_t held;                      /* read: octets */
	struct holding *longest, *latest; /* private */
	uint64_t gave_way;
};

/* It has to let go of what it holds, and calls holding_release(). */
typedef void holding_drop(struct holdings *all, void *owner);

/* One stream's; zeroed at first, but for drop and owner. */
struct holding {
	holding_drop *drop;
	void *owner;
	uint8_t *octets;                /* read and write; NULL: none */
	size_t size;                    /* read */
	struct holding *longer, *later; /* private */
};

/* Room for `size' octets, those in it kept.  False, and nothing changed, when
 * there is none even after others gave way. */
bool holding_grow(struct holdings *all, struct holding *h, size_t size);

/* The same for `wanted' octets; from `least' on the room doubles, so that many
 * small additions move little. */
bool holding_reach(
    struct holdings *all, struct holding *h, size_t least, size_t wanted);

/* What is held from now on is a message that began just now. */
void holding_begin(struct holdings *all, struct holding *h);

void holding_release(struct holdings *all, struct holding *h);

#endif
