/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TXNROOM_H
#define TXNROOM_H

#include "sip/methods.h"
#include "txn/inner/orphans.h"
#include "txn/inner/txnstore.h"
#include "txn/inner/victims.h"
#include "txn/txntable.h"

/* The table, for the files that work on it: messages come in by txntable, and
 * txndue judges when their time is over. */

struct txntable_counters {
	uint64_t full, evicted, unproven, too_many_legs, no_memory;
	uint64_t orphan, ack_orphan;
};

struct txntable {
	struct txntable_limits limits;
	txntable_output *output;
	void *arg;
	struct txnstore store;
	struct txntext_quotes quotes;
	struct methods methods;
	struct orphans orphans;
	struct victims victims;
	const char *limited; /* by the present input; see the header */
	bool missed;         /* likewise */
	const struct sip_message *expected;
	struct txnkey_all keys; /* its own */
	uint64_t last_id;
	nstime hole, hole_until; /* no packets were captured between them */
	struct txntable_counters counters;
};

#endif
