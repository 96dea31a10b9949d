/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TXNTABLE_H
#define TXNTABLE_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "sip/message.h"
#include "txn/origin.h"
#include "txn/outcome.h"
#include "txn/timers.h"
#include "txn/txnkey.h"

/*
 * The transaction table: every SIP transaction on one tap (RFC 3261 section
 * 17 seen from outside; DESIGN section 6, DOMAIN section 1).
 *
 * Messages come in with txntable_input(), time with txntable_tick(); what
 * became of each transaction goes out through the one callback (outcome.h).
 *
 * At the limit, and at the bounds of the memory, a new transaction takes the
 * place of one that is cheaper to fake, between hosts of which one never
 * answered the other, of the source that has most (victims.h); then of the
 * answered one that would be forgotten next.  Else it is refused.
 *
 * Keys: txnkey.h; legs of one key: txnmatch.h; the state machine of each:
 * transaction.h; hops, failover and forks: txngroup.h.
 */

struct txntable;

/* Did `server' ever answer `client'?  `arg' is the output's. */
typedef bool txntable_worked(
    void *arg, const struct address *client, const struct address *server);

struct txntable_limits {
	size_t transactions; /* see above */
	struct timers timers;
	struct siphash_key key;
	txntable_worked *worked; /* NULL: nobody did */
	/* Borrowed; NULL: no bounds.  At the bounds of `memory' as at the
	 * limit; beyond those of `texts' nothing can be quoted. */
	struct budget_share *memory, *texts;
};

typedef void txntable_output(void *arg, const struct outcome *outcome);

/* The kind of message, for the rooms that read it further. */
enum txntable_match {
	TXNTABLE_NEW,            /* a request that began a transaction */
	TXNTABLE_RETRANSMISSION, /* a copy, of a request or a response */
	TXNTABLE_RESPONSE,       /* the first of its status */
	TXNTABLE_ACK,            /* matched or not: it begins nothing */
	TXNTABLE_NO_ANSWER_DUE,  /* BENOTIFY */
	TXNTABLE_ORPHAN,         /* a response to a request not seen */
	TXNTABLE_REFUSED         /* the table is full, or no memory, or a key
				  * on more legs than one message can have */
};

struct txntable_input {
	enum txntable_match match;
	/* A response whose Date was on another leg of its group before: it was
	 * relayed here, and proves nothing about this server's clock. */
	bool date_relayed;
	/* It shows that a final was not seen here: this mirror loses packets.
	 * Who judges proofs weighs that: see outcome.h. */
	bool missed;
	/* A watched transaction was refused, or gave way without a verdict: the
	 * limit's name.  NULL: none did. */
	const char *limited;
};

/* NULL when out of memory.  The caller frees it; open transactions are
 * dropped without a word. */
struct txntable *txntable_new(
    const struct txntable_limits *limits, txntable_output *output, void *arg);
void txntable_free(struct txntable *t);

/* Prefetches the buckets of *m, which must be the next input, unchanged.
 * `keys' were made with the key of the limits; NULL: they are made here. */
void txntable_expect(struct txntable *t, const struct sip_message *m,
    const struct txnkey_all *keys);

/* The same for a later input, and then what is in its buckets. */
void txntable_hint(const struct txntable *t, const struct txnkey_all *keys);
void txntable_hint_entry(
    const struct txntable *t, const struct txnkey_all *keys);

/* Transactions that begin from now on have ids of `id' and more: one of several
 * tables gives ids that no other does. */
void txntable_at(struct txntable *t, uint64_t id);

struct txntable_input txntable_input(struct txntable *t,
    const struct sip_message *m, const struct origin *origin);

/* Fire every deadline due at or before `now', the earliest first.  Outcomes
 * carry the deadline, not `now', so they do not depend on how often this is
 * called. */
void txntable_tick(struct txntable *t, nstime now);
nstime txntable_next_deadline(const struct txntable *t);

/* No packet at all was captured between the two, where a savefile may have been
 * stopped: deadlines in between wait for the grace behind it, unless the client
 * was seen to resend to the end.  Call this before the next tick. */
void txntable_hole(struct txntable *t, nstime from, nstime until);

/* Report UNFINISHED for every pending transaction and forget all: a savefile
 * ended, or time was rebased. */
void txntable_close(struct txntable *t, nstime now);

/* New limits from now on; the hash key stays. */
void txntable_set(struct txntable *t, const struct txntable_limits *limits);

/* Transactions that are kept at present, for copies too. */
size_t txntable_open(const struct txntable *t);

/* A transaction that waits for its final response, for queries. */
struct txntable_waiting {
	struct slice method; /* borrowed until the callback returns */
	struct endpoint client, server;
	nstime sent; /* the first copy, as in `now' */
	unsigned copies;
	bool watched;
};
typedef void txntable_waiting_output(
    void *arg, const struct txntable_waiting *waiting);

enum { TXNTABLE_SLOWEST = 64 };

/* Show those that have waited longest, at most `most' of them and
 * TXNTABLE_SLOWEST; each call looks at all that are open. */
void txntable_slowest(const struct txntable *t, size_t most,
    txntable_waiting_output *output, void *arg);

/* Of them those that are neither answered nor expired. */
size_t txntable_pending(const struct txntable *t);

/* txntable.full, txntable.evicted, txntable.orphan, .. */
void txntable_stats(
    const struct txntable *t, counter_output *output, void *arg);

#endif
