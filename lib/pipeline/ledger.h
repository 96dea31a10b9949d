/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LEDGER_H
#define LEDGER_H

#include "alert/handling.h"
#include "findings/certlist.h"
#include "findings/timeout.h"
#include "findings/traffic.h"

/*
 * The ledger holds what a judge keeps for queries, and needs for no finding:
 * how transactions went, which certificates hosts showed, and how operators
 * handled alerts.
 */

struct ledger;

struct ledger_limits {
	bool kept; /* false: traffic and certificates are not, and cost
		    * nothing */
	struct traffic_limits traffic;
	struct certlist_limits certlist;
};

/* NULL when out of memory; the caller frees it. */
struct ledger *ledger_new(const struct ledger_limits *limits);
void ledger_free(struct ledger *l);
void ledger_set(struct ledger *l, const struct ledger_limits *limits);

/* An outcome, and what timeout made of it. */
void ledger_outcome(struct ledger *l, const struct outcome *outcome,
    enum timeout_verdict verdict, nstime wall);
void ledger_certificate(
    struct ledger *l, const struct certificate_sight *sight);

/* Owned by the ledger. */
const struct traffic *ledger_traffic(const struct ledger *l);
const struct certlist *ledger_certlist(const struct ledger *l);
struct handling *ledger_handling(const struct ledger *l);

/* Only the operators' handling of alerts survives a restart.  False: it makes
 * no sense, and the ledger is only good to be freed. */
void ledger_save(const struct ledger *l, struct record *r);
bool ledger_load(
    struct ledger *l, struct cursor *c, const struct record_shift *shift);

void ledger_stats(const struct ledger *l, counter_output *output, void *arg);

#endif
