/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/timerq.h"

#include <stdlib.h>

#include "base/inner/timerrun.h"

/*
 * Most deadlines are one of a few spans from now on, so that those of one span
 * come in order: each of RUNS lists takes what is not before its last, and of
 * several the one with the latest last, by which each span finds a list of its
 * own.  What fits none goes into a 4-ary heap: half the depth of a binary one,
 * and the four children of a node share one or two cache lines.  The deadline
 * is kept in either so that no object is touched to compare it.
 */

/* Transactions of watched and other methods wait for up to five spans. */
enum { ARITY = 4, FIRST_SIZE = 64, RUNS = 5 };

_Static_assert((int)RUNS < (int)TIMERRUN_NUMBERS, "0 is the heap");

struct timerq {
	struct timerrun_node earliest; /* of all; no entry: there is none */
	struct timerrun runs[RUNS];    /* number i + 1 */
	struct timerrun_node *heap;    /* number 0 */
	size_t count, size;            /* of the heap */
	uint64_t order;
};

struct timerq *
timerq_new(void)
{
	struct timerq *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	q->earliest.deadline = NSTIME_NEVER;
	for (size_t i = 0; i < RUNS; i++)
		q->runs[i].number = i + 1;
	return q;
}

void
timerq_free(struct timerq *q)
{
	if (q == NULL)
		return;
	for (size_t i = 0; i < RUNS; i++)
		timerrun_done(&q->runs[i]);
	free(q->heap);
	free(q);
}

static void
place(struct timerq *q, size_t at, struct timerrun_node node)
{
	q->heap[at] = node;
	node.entry->slot = timerrun_slot(0, at);
}

static void
sift_up(struct timerq *q, size_t at, struct timerrun_node node)
{
	while (at > 0) {
		const size_t parent = (at - 1) / ARITY;

		if (!timerrun_before(&node, &q->heap[parent]))
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
		if (timerrun_before(&q->heap[i], &q->heap[best]))
			best = i;
	return best;
}

static void
sift(struct timerq *q, size_t at, struct timerrun_node node)
{
	while (at * ARITY + 1 < q->count) {
		const size_t child = earliest_child(q, at);

		if (!timerrun_before(&q->heap[child], &node))
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
	struct timerrun_node *grown;

	if (q->count < q->size)
		return true;
	grown = realloc(q->heap, wanted * sizeof(*grown));
	if (grown == NULL)
		return false;
	q->heap = grown;
	q->size = wanted;
	return true;
}

static bool
add_to_heap(struct timerq *q, const struct timerrun_node *node)
{
	if (!make_room(q))
		return false;
	sift(q, q->count++, *node);
	return true;
}

static void
take_from_heap(struct timerq *q, size_t at)
{
	struct timerrun_node last;

	q->heap[at].entry->slot = 0;
	last = q->heap[--q->count];
	if (at < q->count)
		sift(q, at, last);
}

/* NULL: it belongs into the heap. */
static struct timerrun *
run_for(struct timerq *q, const struct timerrun_node *node)
{
	struct timerrun *best = NULL;

	for (size_t i = 0; i < RUNS; i++) {
		struct timerrun *r = &q->runs[i];

		if (r->queued == 0) {
			best = best == NULL ? r : best;
			continue;
		}
		if (timerrun_before(node, timerrun_last(r)))
			continue;
		if (best == NULL || best->queued == 0 ||
		    timerrun_before(timerrun_last(best), timerrun_last(r)))
			best = r;
	}
	return best;
}

static bool
add(struct timerq *q, const struct timerrun_node *node)
{
	struct timerrun *r = run_for(q, node);

	return (r != NULL && timerrun_add(r, node)) || add_to_heap(q, node);
}

static void
find_earliest(struct timerq *q)
{
	q->earliest =
	    (struct timerrun_node){ .deadline = NSTIME_NEVER, .entry = NULL };
	if (q->count > 0)
		q->earliest = q->heap[0];
	for (size_t i = 0; i < RUNS; i++) {
		const struct timerrun *r = &q->runs[i];

		if (r->queued > 0 &&
		    (q->earliest.entry == NULL ||
			timerrun_before(&r->nodes[r->first], &q->earliest)))
			q->earliest = r->nodes[r->first];
	}
}

static void
take(struct timerq *q, const struct timerq_entry *entry)
{
	const size_t number = timerrun_number(entry->slot);
	const size_t at = timerrun_at(entry->slot);

	if (number == 0)
		take_from_heap(q, at);
	else
		timerrun_take(&q->runs[number - 1], at);
}

/* The place that it leaves in the heap or in a run is free for it. */
static void
move(struct timerq *q, const struct timerrun_node *node)
{
	const size_t number = timerrun_number(node->entry->slot);

	take(q, node->entry);
	if (!add(q, node))
		timerrun_insert(&q->runs[number - 1], node);
}

bool
timerq_set_ordered(struct timerq *q, struct timerq_entry *entry,
    nstime deadline, uint64_t order)
{
	const struct timerrun_node node = { deadline, order, entry };

	if (timerq_queued(entry))
		move(q, &node);
	else if (!add(q, &node))
		return false;
	if (q->earliest.entry == entry)
		find_earliest(q);
	else if (q->earliest.entry == NULL ||
	    timerrun_before(&node, &q->earliest))
		q->earliest = node;
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
	if (!timerq_queued(entry))
		return;
	take(q, entry);
	if (q->earliest.entry == entry)
		find_earliest(q);
}

nstime
timerq_deadline(const struct timerq *q, const struct timerq_entry *entry)
{
	const size_t number = timerrun_number(entry->slot);
	const size_t at = timerrun_at(entry->slot);

	return number == 0 ? q->heap[at].deadline
			   : q->runs[number - 1].nodes[at].deadline;
}

struct timerq_entry *
timerq_due(const struct timerq *q, nstime now)
{
	return q->earliest.deadline > now ? NULL : q->earliest.entry;
}

/* A span's deadlines follow one another. */
const struct timerq_entry *
timerq_ahead(const struct timerq *q, size_t ahead)
{
	const struct timerq_entry *earliest = q->earliest.entry;
	const struct timerrun *r;
	size_t number;

	if (earliest == NULL)
		return NULL;
	number = timerrun_number(earliest->slot);
	if (number == 0)
		return NULL;
	r = &q->runs[number - 1];
	return ahead < r->end - r->first ? r->nodes[r->first + ahead].entry
					 : NULL;
}

nstime
timerq_next_deadline(const struct timerq *q)
{
	return q->earliest.deadline;
}

size_t
timerq_count(const struct timerq *q)
{
	size_t count = q->count;

	for (size_t i = 0; i < RUNS; i++)
		count += q->runs[i].queued;
	return count;
}
