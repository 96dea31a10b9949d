/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/txnmatch.h"

enum closeness { NONE, ONE_END, BOTH_ADDRESSES, SAME_PATH };

static bool
equal(const struct table_entry *entry, const void *key)
{
	return txn_has_key((const void *)entry, key);
}

struct table *
txnmatch_new(const struct siphash_key *key, struct budget_share *memory)
{
	return table_new_drawing(SIZE_MAX, key, equal, memory);
}

static struct txn *
first(const struct table *by_key, const struct txnkey *key)
{
	return (void *)table_find(by_key, key->a, key);
}

static struct txn *
next(const struct table *by_key, const struct txn *t, const struct txnkey *key)
{
	return (void *)table_find_next(by_key, &t->by_key, key);
}

/* The client's port does not count: a NAT may have changed it. */
static bool
same_leg(const struct txn *t, const struct origin *origin)
{
	return t->transport == origin->transport &&
	    txn_has_endpoint(t, TXN_SERVER, &origin->to) &&
	    txn_has_address(t, TXN_CLIENT, &origin->from.address);
}

struct txn *
txnmatch_request(const struct table *by_key, const struct txnkey *key,
    const uint32_t *target, const struct origin *origin, unsigned *legs)
{
	struct txn *t;

	*legs = 0;
	for (t = first(by_key, key); t != NULL; t = next(by_key, t, key)) {
		if (same_leg(t, origin) &&
		    (target == NULL || txn_target(t) == *target))
			return t;
		++*legs;
	}
	return NULL;
}

static enum closeness
closeness(const struct txn *t, const struct origin *origin)
{
	bool client, server;

	if (origin->flow != 0 && txn_flow(t) == origin->flow)
		return SAME_PATH;
	server = txn_has_address(t, TXN_SERVER, &origin->from.address);
	client = txn_has_address(t, TXN_CLIENT, &origin->to.address);
	if (server && client && t->port[TXN_SERVER] == origin->from.port &&
	    t->port[TXN_CLIENT] == origin->to.port)
		return SAME_PATH;
	if (server && client)
		return BOTH_ADDRESSES;
	return server || client ? ONE_END : NONE;
}

/* Of equally close ones the one that still waits; RFC 2543 allows several. */
struct txn *
txnmatch_response(const struct table *by_key, const struct txnkey *key,
    const struct origin *origin)
{
	struct txn *t, *best = NULL;
	enum closeness best_closeness = NONE;
	unsigned candidates = 0;

	for (t = first(by_key, key); t != NULL; t = next(by_key, t, key)) {
		const enum closeness close = closeness(t, origin);

		if (t->transport != origin->transport)
			continue;
		candidates++;
		if (best != NULL && close < best_closeness)
			continue;
		if (best != NULL && close == best_closeness &&
		    (transaction_final(&best->state) == 0 ||
			transaction_final(&t->state) != 0))
			continue;
		best = t;
		best_closeness = close;
	}
	return candidates > 1 && best_closeness == NONE ? NULL : best;
}
