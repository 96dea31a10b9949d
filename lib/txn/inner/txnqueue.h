/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TXNQUEUE_H
#define TXNQUEUE_H

#include "txn/inner/txn.h"

/*
 * The deadlines of transactions.  A pending one has its deadline in a heap.
 * Once answered or expired it lingers for copies, the ACK, a late
 * final: always equally long, so a list in order of expiry does.
 */

struct txnqueue {
	struct timerq *pending;
	struct txn *first, *last; /* of those that linger */
	nstime lingers_for;       /* how long: after state.since */
};

/* Embedded; set lingers_for.  False when out of memory; done() is fine then,
 * too. */
bool txnqueue_init(struct txnqueue *q);
void txnqueue_done(struct txnqueue *q);

/* A new one, or one that is pending.  False when out of memory, and then not
 * queued; never for one that is. */
bool txnqueue_await(struct txnqueue *q, struct txn *t, nstime deadline);

/* A transaction, queued either way, lingers from its state.since on, which is
 * now if it has changed.  If it has not it keeps its place. */
void txnqueue_linger(struct txnqueue *q, struct txn *t);

/* Remove a transaction, queued either way. */
void txnqueue_remove(struct txnqueue *q, struct txn *t);

/* The pending one with the earliest deadline, or NULL. */
struct txn *txnqueue_pending(const struct txnqueue *q);

/* Prefetch those that will probably be due after the earliest pending one: all
 * of them was last touched when they began. */
void txnqueue_look_ahead(const struct txnqueue *q);

/* The one that has lingered longest, or NULL. */
struct txn *txnqueue_lingering(const struct txnqueue *q);

/* The one that has done so for nearly as long as one that lingers, or NULL. */
const struct txn *txnqueue_lingers_next(const struct txn *t);

nstime txnqueue_next_deadline(const struct txnqueue *q);

/* The next that is due at or before `now', or NULL. */
struct txn *txnqueue_due(const struct txnqueue *q, nstime now);

#endif
