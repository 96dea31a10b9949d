/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOTPATHS_H
#define HOTPATHS_H

#include "base/counter.h"
#include "pipeline/event.h"
#include "pipeline/wire.h"

/*
 * The paths of calls that a sensor told the judge of: which pairs of hosts
 * speak, how far TCP delivered.  Of other paths only the latest facts are kept,
 * and told when they become hot.
 */

struct hotpaths;

typedef void hotpaths_output(void *arg, const struct wire_item *item);

struct hotpaths_limits {
	size_t pairs, flows; /* the longest unused is forgotten */
	struct siphash_key key;
};

/* NULL when out of memory; the caller frees it. */
struct hotpaths *hotpaths_new(
    const struct hotpaths_limits *limits, hotpaths_output *output, void *arg);
void hotpaths_free(struct hotpaths *h);

/* A packet from one host to another. */
void hotpaths_packet(struct hotpaths *h, const struct address *from,
    const struct address *to, nstime now, nstime wall);

/* A message came on a flow; `told': the judge gets the message itself. */
void hotpaths_message(
    struct hotpaths *h, const struct origin *origin, bool told);

/* EVENT_FLOW or EVENT_ACKNOWLEDGED. */
void hotpaths_flow(struct hotpaths *h, const struct event *event);

/* Tell of both directions of a pair, or of a flow, until `until'. */
void hotpaths_heat_pair(struct hotpaths *h, const struct address *a,
    const struct address *b, nstime until);
void hotpaths_heat_flow(struct hotpaths *h, uint64_t flow, nstime until);

/* Pairs that spoke since they were told of last. */
void hotpaths_flush(struct hotpaths *h, nstime now, nstime ahead);

/* hotpaths.pairs_evicted, hotpaths.flows_evicted */
void hotpaths_stats(
    const struct hotpaths *h, counter_output *output, void *arg);

#endif
