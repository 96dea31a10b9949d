/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MIRRORDUP_H
#define MIRRORDUP_H

#include "base/counter.h"
#include "base/nstime.h"
#include "base/siphash.h"
#include "net/ip.h"

/*
 * Packets that the mirror shows twice: a SPAN of both directions of a port, of
 * two VLANs, or before and behind a router.  The same IP packet within
 * MIRRORDUP_WINDOW is a duplicate; hop limit, traffic class, flow label and
 * everything below IP may differ.  A retransmission is a new packet (SIP waits
 * T1, 500 ms; TCP takes a new IP ID), so it is none.
 *
 * It remembers hashes only, in a table of fixed size: hashes forgotten early in
 * a flood are counted.
 */

#define MIRRORDUP_WINDOW (100 * NSTIME_MS)

struct mirrordup;

struct mirrordup_limits {
	size_t packets; /* remembered; rounded up to a power of two; 0: off */
	struct siphash_key key;
};

/* NULL when out of memory; the caller frees it. */
struct mirrordup *mirrordup_new(const struct mirrordup_limits *limits);
void mirrordup_free(struct mirrordup *m);

/* True: this packet (or fragment) was seen less than the window ago. */
bool mirrordup_input(struct mirrordup *m, const struct ip *ip, nstime now);

/* Forget all packets: time was rebased. */
void mirrordup_reset(struct mirrordup *m);

/* Another size forgets all packets.  Out of memory: the old one stays. */
void mirrordup_set(struct mirrordup *m, const struct mirrordup_limits *limits);

void mirrordup_stats(
    const struct mirrordup *m, counter_output *output, void *arg);

#endif
