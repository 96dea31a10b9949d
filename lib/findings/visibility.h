/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef VISIBILITY_H
#define VISIBILITY_H

#include "findings/timeout.h"

/*
 * visibility: we cannot judge, and say why.
 *
 * one_way: 20 requests of one host to another, not one packet back (and the
 * requester behaves as if it were answered).  loss: watched transactions
 * became unknown because packets were lost before they reached us.
 * truncated: SIP was cut by the capture's snaplen.
 */

struct visibility;

struct visibility_limits {
	unsigned one_way;   /* 20 requests */
	unsigned truncated; /* 3 messages */
	nstime quiet;       /* loss and truncated are over after this */
	size_t pairs;
	struct siphash_key key;
};

struct visibility *visibility_new(
    const struct visibility_limits *limits, finding_output *output, void *arg);
void visibility_free(struct visibility *v);

/* Every outcome and what was made of it. */
void visibility_transaction(struct visibility *v,
    const struct txntable_outcome *outcome,
    const struct timeout_witness *witness, enum timeout_verdict verdict);

/* A SIP datagram or segment came in cut by the snaplen. */
void visibility_truncated(struct visibility *v, nstime now, nstime wall);

void visibility_tick(struct visibility *v, nstime now, nstime wall);
nstime visibility_next_deadline(const struct visibility *v);
void visibility_set(
    struct visibility *v, const struct visibility_limits *limits);
void visibility_stats(
    const struct visibility *v, counter_output *output, void *arg);

#endif
