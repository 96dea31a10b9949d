/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TXNDUE_H
#define TXNDUE_H

#include "txn/inner/txnroom.h"

/*
 * The deadlines of transactions (RFC 3261 section 17): what has become of one
 * is told when its time is over, and what was told of the other legs of its
 * call is looked at again.
 */

/* Hands on the outcome of a transaction as it is now. */
void txndue_tell(
    struct txntable *t, struct txn *txn, enum outcome_event event, nstime now);

/* Its state has changed, and its deadline with it. */
void txndue_reschedule(struct txntable *t, struct txn *txn);

/* Tells legs again that were not blamed because this one was silent. */
void txndue_review(struct txntable *t, struct txn *ended, nstime now);

/* The deadline of a pending one has come, unless the limits have changed. */
void txndue_fire(struct txntable *t, struct txn *txn, nstime now);

/* Everything that is due by now. */
void txndue_tick(struct txntable *t, nstime now);

/* The end: nothing is pending or lingers afterwards. */
void txndue_close(struct txntable *t, nstime now);

#endif
