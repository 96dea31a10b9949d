/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TXN_H
#define TXN_H

#include "base/prefetch.h"
#include "base/table.h"
#include "base/timerq.h"
#include "txn/inner/transaction.h"
#include "txn/origin.h"
#include "txn/txnkey.h"
#include "txn/txntext.h"

/* The record of one transaction on one leg, private to the txn* files.  There
 * may be a million of them, so it is laid out by cache line: lookup, state,
 * links, the rest. */

struct txn {
	struct table_entry by_key; /* first: the table's entry is the txn */
	uint64_t key_b;
	struct endpoint uac, uas;

	struct transaction state;

	union {
		struct timerq_entry timer; /* pending */
		struct {                   /* afterwards */
			struct txn *next, *previous;
		} lingering;
	};
	struct table_entry by_dialog; /* of the ring's head only */
	struct txn *older, *newer;    /* the ring: see txngroup.h */
	uint64_t id;

	nstime sent_wall;
	uint64_t flow, flow_end;
	struct txntext *text; /* NULL: not watched, settled, no memory */
	uint32_t cseq;
	uint32_t target;    /* txnkey_target(); 0: has a cookie */
	uint32_t last_date; /* hash of the latest response's Date, 0: none */
	uint16_t vias;
	uint16_t upstream_status;
	/* As in struct origin: by whom the latest copies came that were
	 * counted, of the request and of its first final. */
	uint16_t agent, final_agent;
	uint8_t method;    /* number in struct methods */
	uint8_t transport; /* enum transport */
	bool by_agent : 1; /* HEP: no copy of it was seen in packets */
	bool has_to_tag : 1;
	bool flow_to_server : 1;
	bool watched : 1;
	bool mras : 1;
	bool recovered : 1;
	bool scanned : 1; /* the request */
	bool is_head : 1; /* private to txngroup, as the ring */
	bool lingers : 1; /* private to txnqueue, as the union */
};

static inline void
txn_prefetch(const struct txn *t)
{
	for (size_t i = 0; i < sizeof(*t); i += 64)
		prefetch_write((const uint8_t *)t + i);
}

/* The first copy of a request passed.  Fills everything that the message and
 * its origin give, except keys, id and texts. */
void txn_begin(struct txn *t, const struct sip_message *m,
    const struct origin *origin, uint8_t method);

/*
 * Another copy of the request, or of the first final, that passed, as `origin'
 * shows it.  False: it is one that another agent showed before, or that was
 * seen in packets, and is not to be counted.
 */
bool txn_again(struct txn *t, const struct origin *origin, nstime t1);
bool txn_final_again(struct txn *t, const struct origin *origin, nstime t1);

struct transaction_timers txn_timers(
    const struct txn *t, const struct timers *timers);

/* Fills all but event, now, method, repeated, loss, deeper, legs and, but for
 * the Call-ID, texts, which are borrowed from the transaction. */
void txn_describe(const struct txn *t, struct outcome *outcome);

/* Fills the other texts, borrowed from the transaction and *quotes. */
void txn_quote(const struct txn *t, struct outcome *outcome,
    struct txntext_quotes *quotes);

/* Gives its texts back once no outcome will need them: true of nearly all that
 * linger. */
void txn_settle(struct txn *t, struct txntexts *texts);

#endif
