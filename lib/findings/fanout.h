/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FANOUT_H
#define FANOUT_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "findings/finding.h"

/*
 * One client whose requests to many servers go unanswered is one trouble, and
 * it is the client's: findings of transaction-timeout go through here.
 *
 * When requests of one client to `servers' hosts timed out within `window', of
 * which no other client failed at any, they become one finding about the
 * client, which supersedes those about the servers.  A server at which a
 * second client failed keeps its own.  It is over when none of the servers
 * fails any more.
 */

struct fanout;

struct fanout_limits {
	unsigned servers; /* 5 */
	nstime window;    /* 5 min */
	nstime quiet;     /* 1 h: then the client begins anew */
	size_t clients;   /* and as many servers; the longest unheard goes */
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

enum { FANOUT_SERVERS = 8 /* most of limits.servers */ };

/* NULL when out of memory; the caller frees it. */
struct fanout *fanout_new(
    const struct fanout_limits *limits, finding_output *output, void *arg);
void fanout_free(struct fanout *f);
void fanout_set(struct fanout *f, const struct fanout_limits *limits);

/* Findings that are not about a transaction pass unchanged. */
void fanout_input(struct fanout *f, const struct finding *finding);

/* fanout.evicted, fanout.no_memory */
void fanout_stats(const struct fanout *f, counter_output *output, void *arg);

#endif
