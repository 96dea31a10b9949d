/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TXNGROUP_H
#define TXNGROUP_H

#include "base/budget.h"
#include "txn/inner/txn.h"

/*
 * Groups the transactions that belong together: hops of one request, attempts
 * at several servers, forks, and what a client did next in the same dialog.
 *
 * All transactions with one Call-ID and From tag form a ring, in the order they
 * were first seen; the oldest, its head, is in a table under the
 * txnkey_dialog().  The transactions of one request (CSeq number and method
 * too) are its legs.  A sender may put a million transactions under one
 * Call-ID, so a walk goes at most TXNGROUP_REACH steps either way: the legs of
 * one request come close together.
 */

enum { TXNGROUP_REACH = 32 };

/* The table has no limit of its own; entries are struct txn, by_dialog. */
struct table *txngroup_new(
    const struct siphash_key *key, struct budget_share *memory);

/* False, and not joined, when out of memory. */
bool txngroup_join(struct table *dialogs, struct txn *t, uint64_t dialog);
void txngroup_leave(struct table *dialogs, struct txn *t);

/* The newest of the dialog, or NULL. */
struct txn *txngroup_newest(const struct table *dialogs, uint64_t dialog);

/*
 * The others around `self', the nearest first.  None may join or leave
 * meanwhile.
 *
 *	struct txngroup_walk w = txngroup_around(self);
 *	while ((other = txngroup_next_leg(&w)) != NULL)
 */
struct txngroup_walk {
	const struct txn *self;      /* private, as the rest */
	struct txn *newest, *oldest; /* how far it went either way */
	unsigned steps;
};

struct txngroup_walk txngroup_around(struct txn *self);
struct txn *txngroup_next(struct txngroup_walk *w);     /* of the dialog */
struct txn *txngroup_next_leg(struct txngroup_walk *w); /* of the request */

/* `a' forwarded the request that `b' received: it is nearer to the last server.
 */
bool txngroup_deeper(const struct txn *a, const struct txn *b);

/* How many legs the request has, `t' included. */
unsigned txngroup_legs(struct txn *t);

/* The deeper legs, begun later, that may be to blame for the silence of `t':
 * how many, and the ids of the first of them, as they are in struct txn. */
unsigned txngroup_silent(struct txn *t, uint64_t ids[OUTCOME_DEEPER]);

/*
 * Whether the final of `winner' makes the silence of `loser' harmless: a
 * later attempt by the same client at another server that succeeded (RFC 3263
 * 4.3), or a fork beside it that ended the search (RFC 3261 16.7).
 */
bool txngroup_covers(const struct txn *winner, const struct txn *loser);

/* Whether the client of `leg' visibly gave up, since the leg above it was
 * answered 408 or 504. */
bool txngroup_given_up(const struct txn *leg, const struct txn *above);

/*
 * A new request: marks those before it that it shows to have been answered
 * unseen (DOMAIN 1.6), or given up for another server, and the request if a
 * fork beside it has won already.  True: responses pass here, and one of those
 * did not.
 */
bool txngroup_signs(struct txn *request, nstime t1);

/* An ACK with a branch of its own, for a 2xx.  Marks the INVITEs it is most
 * likely for, and settles them.  False: there are none.  Sets *missed if
 * responses pass here, and the 2xx did not. */
bool txngroup_ack(struct table *dialogs, uint64_t dialog, uint32_t cseq,
    const struct origin *origin, struct txntexts *texts, bool *missed);

/* A response with a Date of this hash came to `t': was it on another leg
 * before? */
bool txngroup_date(struct txn *t, uint32_t date);

#endif
