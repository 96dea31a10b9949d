/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TXN_H
#define TXN_H

#include "base/prefetch.h"
#include "base/slab.h"
#include "base/table.h"
#include "base/timerq.h"
#include "txn/inner/transaction.h"
#include "txn/origin.h"
#include "txn/txnkey.h"
#include "txn/txntext.h"

/* The ends of its leg. */
enum txn_end { TXN_CLIENT, TXN_SERVER, TXN_ENDS };

/* Another transaction of the slab: so many units after the one that holds the
 * link; 0: none, or itself. */
typedef int32_t txn_link;

/* The record of one transaction on one leg, private to the txn* files.  There
 * may be a million of them, so it takes two cache lines, and whatever few have
 * is in a part of its own. */
struct txn {
	struct table_entry by_key; /* first: the table's entry is the txn */
	uint32_t key_b;            /* 96 bits distinguish keys as 128 do */
	uint32_t vias : 12;        /* that many at most */
	uint32_t method : 7;       /* number in struct methods */
	uint32_t transport : 2;    /* enum transport */
	uint32_t upstream : 2;     /* see txn_set_upstream() */
	uint32_t by_agent : 1;     /* HEP: no copy of it was seen in packets */
	uint32_t has_to_tag : 1;
	uint32_t watched : 1;
	uint32_t mras : 1;
	uint32_t recovered : 1;
	uint32_t scanned : 1; /* the request */
	uint32_t is_head : 1; /* private to txngroup, as the ring */
	uint32_t lingers : 1; /* private to txnqueue, as the union */
	uint32_t has_more : 1;
	union {
		uint8_t ipv4[TXN_ENDS][4];
		struct txn_more *more; /* has_more */
	};
	uint16_t port[TXN_ENDS];
	union {
		struct timerq_entry timer; /* pending */
		struct {                   /* afterwards */
			txn_link next, previous;
		} lingering;
	};
	uint32_t id; /* of the table's; 0: forgotten */

	struct transaction state;

	struct table_entry by_dialog; /* of the ring's head only */
	struct txntext *text;  /* NULL: not watched, settled, no memory */
	txn_link older, newer; /* the ring: see txngroup.h */
	nstime sent_wall;
	uint32_t cseq;
	uint32_t last_date; /* hash of the latest response's Date, 0: none */
};

/* Of those that are not between IPv4 hosts over UDP, of senders with a cookie,
 * seen in packets alone. */
struct txn_more {
	struct address address[TXN_ENDS];
	/* As in struct origin: by whom the latest copies came that were
	 * counted, of the request and of its first final. */
	uint16_t agent, final_agent;
	bool flow_to_server;
	uint64_t flow, flow_end;
	uint32_t target; /* txnkey_target(); 0: has a cookie */
};

static inline void
txn_prefetch(const struct txn *t)
{
	for (size_t i = 0; i < sizeof(*t); i += 64)
		prefetch_write((const uint8_t *)t + i);
}

/* Links count in units of what each is aligned to. */
static inline struct txn *
txn_linked(const struct txn *from, txn_link link)
{
	return (struct txn *)((uintptr_t)from +
	    (uintptr_t)((intptr_t)link * (intptr_t) _Alignof(struct txn)));
}

static inline txn_link
txn_link_to(const struct txn *from, const struct txn *to)
{
	const intptr_t octets = (intptr_t)((uintptr_t)to - (uintptr_t)from);

	return (txn_link)(octets / (intptr_t) _Alignof(struct txn));
}

/* Ids are given in order; of those of one table at a time none is 2^31 before
 * another. */
static inline bool
txn_began_before(const struct txn *a, const struct txn *b)
{
	return (int32_t)(a->id - b->id) < 0;
}

/* Of a key; what a record holds of it. */
static inline bool
txn_has_key(const struct txn *t, const struct txnkey *key)
{
	return t->key_b == (uint32_t)key->b;
}

static inline bool
txn_same_key(const struct txn *a, const struct txn *b)
{
	return a->by_key.hash == b->by_key.hash && a->key_b == b->key_b;
}

struct endpoint txn_endpoint(const struct txn *t, enum txn_end end);

static inline bool
txn_has_address(
    const struct txn *t, enum txn_end end, const struct address *address)
{
	if (t->has_more)
		return endpoint_address_equal(&t->more->address[end], address);
	return address->version == 4 &&
	    memcmp(t->ipv4[end], address->octets, sizeof(t->ipv4[end])) == 0;
}

static inline bool
txn_has_endpoint(
    const struct txn *t, enum txn_end end, const struct endpoint *endpoint)
{
	return t->port[end] == endpoint->port &&
	    txn_has_address(t, end, &endpoint->address);
}

static inline bool
txn_same_address(const struct txn *a, enum txn_end end, const struct txn *b,
    enum txn_end of_b)
{
	struct endpoint other;

	if (!a->has_more && !b->has_more)
		return memcmp(a->ipv4[end], b->ipv4[of_b],
			   sizeof(a->ipv4[end])) == 0;
	other = txn_endpoint(b, of_b);
	return txn_has_address(a, end, &other.address);
}

static inline uint64_t
txn_flow(const struct txn *t)
{
	return t->has_more ? t->more->flow : 0;
}

static inline uint32_t
txn_target(const struct txn *t)
{
	return t->has_more ? t->more->target : 0;
}

/* The status of the response that the leg above got meanwhile, 408 or 504. */
void txn_set_upstream(struct txn *t, unsigned status);

/*
 * The first copy of a request passed.  Fills everything that the message and
 * its origin give, except keys, id and texts; `target' as in struct txn_more.
 * `more' is a slab of these, here and below.  False when out of memory.
 */
bool txn_begin(struct txn *t, const struct sip_message *m,
    const struct origin *origin, uint8_t method, uint32_t target,
    struct slab *more);

/* Gives back its part in `more'. */
void txn_end(struct txn *t, struct slab *more);

/*
 * Another copy of the request, or of the first final, that passed, as `origin'
 * shows it.  False: it is one that another agent showed before, or that was
 * seen in packets, and is not to be counted.  Without memory an agent's copy
 * is taken for one seen in packets.
 */
bool txn_again(
    struct txn *t, const struct origin *origin, nstime t1, struct slab *more);
bool txn_final_again(
    struct txn *t, const struct origin *origin, nstime t1, struct slab *more);

/* An agent showed the first final; 0: it was seen in packets. */
void txn_final_by(struct txn *t, uint16_t agent, struct slab *more);

struct transaction_timers txn_timers(
    const struct txn *t, const struct timers *timers);

/* Fills all but event, id, now, method, repeated, loss, deeper, legs and, but
 * for the Call-ID, texts, which are borrowed from the transaction. */
void txn_describe(const struct txn *t, struct outcome *outcome);

/* Fills the other texts, borrowed from the transaction and *quotes. */
void txn_quote(const struct txn *t, struct outcome *outcome,
    struct txntext_quotes *quotes);

/* Gives its texts back once no outcome will need them: true of nearly all that
 * linger. */
void txn_settle(struct txn *t, struct txntexts *texts);

#endif
