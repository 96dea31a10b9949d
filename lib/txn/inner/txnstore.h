/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TXNSTORE_H
#define TXNSTORE_H

#include "base/slab.h"
#include "txn/inner/txngroup.h"
#include "txn/inner/txnqueue.h"

/*
 * Where transactions are kept, how they are found, and in what order they
 * wait and linger; only the txn* files look inside.  Tens of thousands of them
 * are touched in no order, so every access is a cache miss unless it is
 * prefetched.
 */
struct txnstore {
	struct table *by_key;  /* txnmatch.h */
	struct table *dialogs; /* txngroup.h */
	struct txnqueue queue;
	struct slab *slab, *more; /* struct txn, struct txn_more */
	struct txntexts *texts;
};

/* Embedded.  False when out of memory; then too it takes txnstore_done(). */
bool txnstore_init(struct txnstore *s, const struct siphash_key *key,
    struct budget_share *memory, struct budget_share *texts);
void txnstore_done(struct txnstore *s);

/* Prefetches the buckets of these, and then what is in them. */
void txnstore_expect(const struct txnstore *s, const struct txnkey_all *keys);
void txnstore_expect_entry(
    const struct txnstore *s, const struct txnkey_all *keys);

/* A transaction that waits as `timers' specify; `target' as in struct
 * txn_more. NULL when out of memory.  It is
 * not found yet: see txnstore_add(). */
struct txn *txnstore_begin(struct txnstore *s, const struct sip_message *m,
    const struct origin *origin, uint8_t method, uint32_t target,
    const struct timers *timers);

/* False, and it is forgotten, when out of memory. */
bool txnstore_add(
    struct txnstore *s, struct txn *t, const struct txnkey_all *keys);

void txnstore_forget(struct txnstore *s, struct txn *t);

#endif
