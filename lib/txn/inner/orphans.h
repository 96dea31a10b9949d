/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ORPHANS_H
#define ORPHANS_H

#include "base/table.h"
#include "txn/txnkey.h"
#include "txn/origin.h"

/*
 * Responses that came before their requests.  A mirror has a queue for each
 * direction, and two interfaces have two clocks, so a quick server's answer
 * may be captured, or stamped, a little before what it answers; and the last
 * segment of a request may come after it.  Without it the request would look
 * unanswered; on TCP, with proof.
 *
 * The latest ORPHANS_KEPT are kept, in the order they came.
 */

enum { ORPHANS_KEPT = 4096 };

struct orphan;

/* Embedded; private. */
struct orphans {
	struct table *by_key;
	struct orphan *kept; /* a ring */
	size_t next;
};

/* False when out of memory; then too it takes orphans_done(). */
bool orphans_init(struct orphans *o, const struct siphash_key *key);
void orphans_done(struct orphans *o);

/* Prefetches the bucket of a request that comes soon. */
void orphans_expect(const struct orphans *o, const struct txnkey *key);

/* `tag' is a hash of the To tag.  A provisional replaces no final. */
void orphans_add(struct orphans *o, const struct txnkey *key,
    const struct origin *origin, unsigned status, uint32_t tag);

/* A request begins: take the response that came less than `t1' before it from
 * the server it goes to.  False: none did. */
bool orphans_take(struct orphans *o, const struct txnkey *key,
    const struct origin *origin, nstime t1, unsigned *status, uint32_t *tag);

#endif
