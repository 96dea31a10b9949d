/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/txnqueue.h"

#include "base/prefetch.h"

bool
txnqueue_init(struct txnqueue *q)
{
	*q = (struct txnqueue){ .pending = timerq_new() };
	return q->pending != NULL;
}

void
txnqueue_done(struct txnqueue *q)
{
	timerq_free(q->pending);
	q->pending = NULL;
}

bool
txnqueue_await(struct txnqueue *q, struct txn *t, nstime deadline)
{
	if (timerq_queued(&t->timer) &&
	    timerq_deadline(q->pending, &t->timer) == deadline)
		return true;
	return timerq_set(q->pending, &t->timer, deadline);
}

/* Or NULL. */
static struct txn *
linked(const struct txn *t, txn_link link)
{
	return link == 0 ? NULL : txn_linked(t, link);
}

static void
join(struct txn *earlier, struct txn *later)
{
	if (earlier != NULL)
		earlier->lingering.next =
		    later == NULL ? 0 : txn_link_to(earlier, later);
	if (later != NULL)
		later->lingering.previous =
		    earlier == NULL ? 0 : txn_link_to(later, earlier);
}

static void
unlist(struct txnqueue *q, struct txn *t)
{
	struct txn *next = linked(t, t->lingering.next);
	struct txn *previous = linked(t, t->lingering.previous);

	if (previous == NULL)
		q->first = next;
	if (next == NULL)
		q->last = previous;
	join(previous, next);
}

void
txnqueue_remove(struct txnqueue *q, struct txn *t)
{
	if (t->lingers)
		unlist(q, t);
	else
		timerq_cancel(q->pending, &t->timer);
}

void
txnqueue_linger(struct txnqueue *q, struct txn *t)
{
	if (t->lingers && t->state.since < q->last->state.since)
		return;
	txnqueue_remove(q, t);
	t->lingers = true;
	t->lingering.next = 0;
	t->lingering.previous = 0;
	join(q->last, t);
	if (q->last == NULL)
		q->first = t;
	q->last = t;
}

/* NULL: of none. */
static struct txn *
txn_of(const struct timerq_entry *timer)
{
	if (timer == NULL)
		return NULL;
	return (struct txn *)(void *)((uint8_t *)timer -
	    offsetof(struct txn, timer));
}

void
txnqueue_look_ahead(const struct txnqueue *q)
{
	const struct txn *next = txn_of(timerq_ahead(q->pending, 1));
	const struct txn *later = txn_of(timerq_ahead(q->pending, 3));

	if (next != NULL)
		prefetch_read(next->text);
	if (later != NULL)
		txn_prefetch(later);
}

struct txn *
txnqueue_pending(const struct txnqueue *q)
{
	return txn_of(timerq_due(q->pending, NSTIME_NEVER));
}

struct txn *
txnqueue_lingering(const struct txnqueue *q)
{
	return q->first;
}

const struct txn *
txnqueue_lingers_next(const struct txn *t)
{
	return linked(t, t->lingering.next);
}

nstime
txnqueue_next_deadline(const struct txnqueue *q)
{
	const nstime pending = timerq_next_deadline(q->pending);

	nstime lingering;

	if (q->first == NULL)
		return pending;
	lingering = nstime_after(q->first->state.since, q->lingers_for);
	return pending <= lingering ? pending : lingering;
}

struct txn *
txnqueue_due(const struct txnqueue *q, nstime now)
{
	const nstime next = txnqueue_next_deadline(q);

	if (next > now || next == NSTIME_NEVER)
		return NULL;
	return timerq_next_deadline(q->pending) == next ? txnqueue_pending(q)
							: q->first;
}
