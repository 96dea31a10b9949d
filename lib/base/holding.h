/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOLDING_H
#define HOLDING_H

#include "base/budget.h"

/*
 * The octets of messages that are not whole, of all streams together.  Where
 * there is no room for more of them, those give way that are held for longest:
 * a sender whose message never ends is the first to lose it.
 */

/* Zeroed at first, but for `memory' and `limit'. */
struct holdings {
	struct budget_share *memory;           /* borrowed; NULL: no bounds */
	size_t limit;                          /* octets; 0: no other bounds */
	size_t held;                           /* read: octets */
	struct holding_room *longest, *latest; /* private */
	uint64_t gave_way;
};

/* It has to let go of what it holds, and calls holding_release(). */
typedef void holding_drop(struct holdings *all, void *owner);

/* Private: what is allocated where something is held. */
struct holding_room {
	struct holding_room *longer, *later;
	holding_drop *drop;
	void *owner;
	size_t size;
	uint8_t octets[];
};

/* One stream's; zeroed at first.  One that holds nothing takes no more. */
struct holding {
	struct holding_room *room; /* private */
};

static inline size_t
holding_size(const struct holding *h)
{
	return h->room == NULL ? 0 : h->room->size;
}

/* To read and write; NULL: none.  They move when there is more room. */
static inline uint8_t *
holding_octets(const struct holding *h)
{
	return h->room == NULL ? NULL : h->room->octets;
}

/* Room for `size' octets, those in it kept.  False, and nothing changed, when
 * there is none even after others gave way.  Where the owner has to let go of
 * them, drop(all, owner) is called. */
bool holding_grow(struct holdings *all, struct holding *h, size_t size,
    holding_drop *drop, void *owner);

/* The same for `wanted' octets; from `least' on the room doubles, so that many
 * small additions move little. */
bool holding_reach(struct holdings *all, struct holding *h, size_t least,
    size_t wanted, holding_drop *drop, void *owner);

/* What is held from now on is a message that began just now. */
void holding_begin(struct holdings *all, struct holding *h);

void holding_release(struct holdings *all, struct holding *h);

#endif
