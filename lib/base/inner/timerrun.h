/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TIMERRUN_H
#define TIMERRUN_H

#include <stdint.h>

#include "base/timerq.h"

/*
 * Deadlines in the order they come in, each no earlier than the one before: a
 * list that is only ever appended to, whatever is taken out of it.  Places of
 * those that were taken out are kept until there is no room at the end.
 */

struct timerrun_node {
	nstime deadline;
	uint64_t order;
	struct timerq_entry *entry; /* NULL: taken out */
};

struct timerrun {
	struct timerrun_node *nodes;
	size_t first, end; /* both are queued, or equal */
	size_t size, queued;
	size_t number; /* its own: an entry's slot holds it */
};

/* A slot is a place in a run or, for number 0, elsewhere.  No more entries are
 * ever queued than 29 bits count. */
enum { TIMERRUN_NUMBERS = 8 };

static inline uint32_t
timerrun_slot(size_t number, size_t at)
{
	return (uint32_t)((at + 1) * TIMERRUN_NUMBERS + number);
}

static inline size_t
timerrun_number(size_t slot)
{
	return slot % TIMERRUN_NUMBERS;
}

static inline size_t
timerrun_at(size_t slot)
{
	return slot / TIMERRUN_NUMBERS - 1;
}

static inline bool
timerrun_before(const struct timerrun_node *a, const struct timerrun_node *b)
{
	if (a->deadline != b->deadline)
		return a->deadline < b->deadline;
	return a->order < b->order;
}

/* The last, if the run is not empty. */
static inline const struct timerrun_node *
timerrun_last(const struct timerrun *r)
{
	return &r->nodes[r->end - 1];
}

/* Append what is not before the last.  False when out of memory. */
bool timerrun_add(struct timerrun *r, const struct timerrun_node *node);

/* Take out the one at a place, whose slot is 0 then. */
void timerrun_take(struct timerrun *r, size_t at);

/* Put one where it belongs, slowly.  There is room if more were ever queued
 * than are now, so it needs no memory. */
void timerrun_insert(struct timerrun *r, const struct timerrun_node *node);

void timerrun_done(struct timerrun *r);

#endif
