/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TIMEOUT_H
#define TIMEOUT_H

#include "base/budget.h"
#include "base/counter.h"
#include "findings/finding.h"
#include "findings/inner/doubts.h"
#include "findings/inner/tally.h"
#include "sip/identity.h"
#include "txn/delivery.h"
#include "txn/outcome.h"
#include "txn/timers.h"

/*
 * transaction-timeout: a watched transaction timed out, with proof (DESIGN
 * section 6).  Every outcome of every transaction comes through here, so this
 * is also where they are counted by method and verdict.
 */

struct timeout;

struct timeout_limits {
	nstime t1, grace;
	nstime resolve_after; /* 5 min */
	size_t servers;       /* server endpoint and method, known at a time */
	size_t methods;       /* counted by name; the rest share "other" */
	size_t judged;        /* verdicts a late answer may still withdraw */
	size_t senders;       /* whose habit of resending is known */
	struct identity identity;
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

enum timeout_verdict {
	TIMEOUT_NONE, /* nothing to judge: SLOW, RECOVERED, .. */
	TIMEOUT_ANSWERED,
	TIMEOUT_TIMED_OUT,
	TIMEOUT_UNKNOWN_ASYMMETRIC,
	TIMEOUT_UNKNOWN_LOSS,
	TIMEOUT_UNKNOWN_GAVE_UP,
	TIMEOUT_UNKNOWN_UNREPEATED,
	TIMEOUT_UNKNOWN_NO_TRANSPORT,
	TIMEOUT_UNDELIVERED,
	TIMEOUT_UNFINISHED
};

struct timeout *timeout_new(
    const struct timeout_limits *limits, finding_output *output, void *arg);
void timeout_free(struct timeout *t);

/* `wall' is the packets' clock at outcome->now. */
enum timeout_verdict timeout_input(struct timeout *t,
    const struct outcome *outcome, const struct delivery *delivery,
    nstime wall);

/*
 * An outcome that was judged and counted before a restart: by the numbers that
 * transactions have since, its verdict is known again, so that a late answer
 * withdraws it.  Nothing is told.
 */
enum timeout_verdict timeout_recall(struct timeout *t,
    const struct outcome *outcome, const struct delivery *delivery);

/* Withdraws timeouts whose response the gap may have held. */
void timeout_gap(struct timeout *t, const struct doubts_gap *gap);

/* A gap of before the restart: those were withdrawn then. */
void timeout_recall_gap(struct timeout *t, const struct doubts_gap *gap);

void timeout_tick(struct timeout *t, nstime now, nstime wall);
nstime timeout_next_deadline(const struct timeout *t);
void timeout_set(struct timeout *t, const struct timeout_limits *limits);

/*
 * State kept over a restart: the counts, and the servers that have not
 * recovered.  timeout_load() is for an empty room; false: the record is broken,
 * and the room can only be freed.
 */
void timeout_save(const struct timeout *t, struct record *r);
bool timeout_load(
    struct timeout *t, struct cursor *c, const struct record_shift *shift);

/* The counts by method, borrowed until the next input. */
const struct tally *timeout_tally(const struct timeout *t);

void timeout_stats(const struct timeout *t, counter_output *output, void *arg);

#endif
