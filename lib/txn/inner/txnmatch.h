/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TXNMATCH_H
#define TXNMATCH_H

#include "base/budget.h"
#include "txn/inner/txn.h"

/*
 * Finds the transaction a message is for.  One message seen on both sides of a
 * NAT or a load balancer has one key, and each side is a leg of its own: legs
 * are distinguished by transport and endpoints.
 */

/* A table for struct txn, by_key; it has no limit of its own. */
struct table *txnmatch_new(
    const struct siphash_key *key, struct budget_share *memory);

/*
 * The request's own leg, or NULL; *legs is how many others there are then.
 * `target' NULL: its Request-URI and To tag may differ (an ACK).
 */
struct txn *txnmatch_request(const struct table *by_key,
    const struct txnkey *key, const uint32_t *target,
    const struct origin *origin, unsigned *legs);

/*
 * The leg a response is for, or NULL.  It comes back on the request's
 * connection or between its endpoints, as a rule; but it may come from
 * another address of the server or go to another port of the client (RFC 3261
 * 18.2.2), so then the leg with most in common is taken, and one with nothing
 * in common only if there is no other.
 */
struct txn *txnmatch_response(const struct table *by_key,
    const struct txnkey *key, const struct origin *origin);

#endif
