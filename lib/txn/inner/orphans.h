/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ORPHANS_H
#define ORPHANS_H

#include "txn/inner/txnkey.h"
#include "txn/origin.h"

/*
 * Responses that came before their requests.  A mirror has a queue for each
 * direction, and two interfaces have two clocks, so a quick server's answer
 * may be captured, or stamped, a little before what it answers.  Without
 * it the request would look unanswered; on TCP, with proof.
 *
 * Embedded; a zeroed one is empty.  It keeps the latest few and allocates
 * nothing.
 */

enum { ORPHANS_KEPT = 256 };

struct orphans {
	struct orphan {
		uint64_t key_a, key_b;
		struct address server;
		nstime at;
		uint32_t tag;
		uint16_t status; /* 0: none here */
		uint8_t transport;
	} kept[ORPHANS_KEPT];
};

/* Prefetches the slot of a request that comes soon. */
void orphans_expect(const struct orphans *o, const struct txnkey *key);

/* `tag' is a hash of the To tag.  A provisional replaces no final. */
void orphans_add(struct orphans *o, const struct txnkey *key,
    const struct origin *origin, unsigned status, uint32_t tag);

/* A request begins: take the response that came less than `t1' before it from
 * the server it goes to.  False: none did. */
bool orphans_take(struct orphans *o, const struct txnkey *key,
    const struct origin *origin, nstime t1, unsigned *status, uint32_t *tag);

#endif
