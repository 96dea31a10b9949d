/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SLOW_H
#define SLOW_H

#include "base/budget.h"
#include "findings/timeout.h"

/*
 * slow-transaction, the early warning: `count' watched transactions of one
 * server within five minutes without any response beyond the threshold, the
 * requester visibly still waiting; or it gave up (class gave_up), after four
 * copies over UDP.  Superseded by transaction-timeout.
 */

struct slow;

struct slow_limits {
	unsigned count; /* 3 */
	nstime window;  /* 5 min */
	nstime slow_invite, slow_other;
	size_t servers;
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

struct slow *slow_new(
    const struct slow_limits *limits, finding_output *output, void *arg);
void slow_free(struct slow *s);

/* Every outcome, and the verdict on it. */
void slow_input(struct slow *s, const struct outcome *outcome,
    const struct delivery *delivery, enum timeout_verdict verdict, nstime wall);

/* The same of a transaction that counted before the restart, by the number it
 * has since. */
void slow_recall(struct slow *s, const struct outcome *outcome,
    enum timeout_verdict verdict);

/* This transaction-timeout was found for this server: it takes over, and for
 * `window' from the latest on none is slow. */
void slow_supersede(struct slow *s, const struct endpoint *server,
    const struct finding *timeout);

void slow_set(struct slow *s, const struct slow_limits *limits);

/*
 * State kept over a restart: the servers that were reported, and what is known
 * of those that are slow.  slow_load() is for an empty room; false: it makes no
 * sense, and the room is only good to be freed.
 */
void slow_save(const struct slow *s, struct record *r);
bool slow_load(
    struct slow *s, struct cursor *c, const struct record_shift *shift);

void slow_stats(const struct slow *s, counter_output *output, void *arg);

#endif
