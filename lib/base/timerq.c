/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/timerq.h"

#include <stdlib.h>

/*
 * A 4-ary heap: half the depth of a binary one, and the four children of a
 * node share one or two cache lines.  The deadline is kept in the heap so that
 * sifting does not touch the objects it compares.
 */

enum { ARITY = 4, FIRST_SIZE = 64 };

struct node {
	nstime deadline;
	uint64_t order;
	struct timerq_entry *entry;
};

struct timerq {
	struct node *heap;
	size_t count, size;
	uint64_t order;
};

struct timerq *
timerq_new(void)
{
	return calloc(1, sizeof(struct timerq));
}

void
timerq_free(struct timerq *q)
{
	if (q == NULL)
		return;
	free(q->heap);
	free(q);
}

static bool
before(const struct node *a, const struct node *b)
{
	if (a->deadline != b->deadline)
		return a->deadline < b->deadline;
	return a->order < b->order;
}

static void
place(struct timerq *q, size_t at, struct node node)
{
	q->heap[at] = node;
	node.entry->slot = at + 1;
}

static void
sift_up(struct timerq *q, size_t at, struct node node)
{
	while (at > 0) {
		const size_t parent = (at - 1) / ARITY;

		if (!before(&node, &q->heap[parent]))
			break;
		place(q, at, q->heap[parent]);
		at = parent;
	}
	place(q, at, node);
}

static size_t
earliest_child(const struct timerq *q, size_t at)
{
	const size_t first = at * ARITY + 1;
	size_t best = first;

	for (size_t i = first + 1; i < first + ARITY && i < q->count; i++)
		if (before(&q->heap[i], &q->heap[best]))
			best = i;
	return best;
}

static void
sift(struct timerq *q, size_t at, struct node node)
{
	while (at * ARITY + 1 < q->count) {
		const size_t child = earliest_child(q, at);

		if (!before(&q->heap[child], &node))
			break;
		place(q, at, q->heap[child]);
		at = child;
	}
	sift_up(q, at, node);
}

static bool
make_room(struct timerq *q)
{
	const size_t wanted = q->size == 0 ? FIRST_SIZE : 2 * q->size;
	struct node *grown;

	if (q->count < q->size)
		return true;
	grown = realloc(q->heap, wanted * sizeof(*grown));
	if (grown == NULL)
		return false;
	q->heap = grown;
	q->size = wanted;
	return true;
}

bool
timerq_set_ordered(struct timerq *q, struct timerq_entry *entry,
    nstime deadline, uint64_t order)
{
	size_t at;

	if (timerq_queued(entry)) {
		at = entry->slot - 1;
	} else {
		if (!make_room(q))
			return false;
		at = q->count++;
	}
	entry->deadline = deadline;
	sift(q, at,
	    (struct node){
		.deadline = deadline, .order = order, .entry = entry });
	return true;
}

bool
timerq_set(struct timerq *q, struct timerq_entry *entry, nstime deadline)
{
	return timerq_set_ordered(q, entry, deadline, q->order++);
}

void
timerq_cancel(struct timerq *q, struct timerq_entry *entry)
{
	struct node last;
	size_t at;

	if (!timerq_queued(entry))
		return;
	at = entry->slot - 1;
	entry->slot = 0;
	last = q->heap[--q->count];
	if (at < q->count)
		sift(q, at, last);
}

struct timerq_entry *
timerq_due(const struct timerq *q, nstime now)
{
	if (q->count == 0 || q->heap[0].deadline > now)
		return NULL;
	return q->heap[0].entry;
}

nstime
timerq_next_deadline(const struct timerq *q)
{
	return q->count == 0 ? NSTIME_NEVER : q->heap[0].deadline;
}

size_t
timerq_count(const struct timerq *q)
{
	return q->count;
}
