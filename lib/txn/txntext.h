/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TXNTEXT_H
#define TXNTEXT_H

#include "base/budget.h"
#include "base/siphash.h"
#include "sip/sip_message.h"

/*
 * The texts of watched transactions, kept until nothing more can be reported of
 * them; only the txn* files look inside.  Nearly all are answered at once, so
 * texts are first copied as they are into a ring, where they cost next to
 * nothing.  Texts still wanted when their place in it is needed are packed:
 * parts that many share are then kept once.
 */

struct txntexts;

/* The texts of one transaction. */
struct txntext;

/* Each text is cut at this. */
#define TXNTEXT_MAX 300

/* NULL when out of memory.  All texts are to be given back before it is
 * freed. */
struct txntexts *txntext_new(
    const struct siphash_key *key, struct budget_share *memory);
void txntext_free(struct txntexts *x);

/* Sets *place, and sets it again when the texts are moved: the pointer must
 * stay at its address until they are given back.  NULL when out of memory, then
 * or later. */
void txntext_keep(
    struct txntexts *x, struct txntext **place, const struct sip_message *m);

/* NULL at *place is fine; it is NULL afterwards. */
void txntext_give(struct txntexts *x, struct txntext **place);

/* How many were packed, and how many different ones they have in common. */
struct txntext_counts {
	size_t packed, shared;
	uint64_t unquoted; /* those that there was no memory for */
};

struct txntext_counts txntext_counts(const struct txntexts *x);

/* Borrowed until the next txntext_keep() or _give(). */
struct slice txntext_call_id(const struct txntext *text);

struct txntext_quotes {
	struct slice start_line, request_uri, branch, from, to;
	/* Where some of them are put together. */
	uint8_t scratch[2][TXNTEXT_MAX];
};

/* All but the Call-ID, in place: borrowed from *quotes as well. */
void txntext_quote(const struct txntext *text, struct txntext_quotes *quotes);

#endif
