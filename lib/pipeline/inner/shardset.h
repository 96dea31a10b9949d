/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHARDSET_H
#define SHARDSET_H

#include "pipeline/callshard.h"

/*
 * The shards that match, looked at as one.
 *
 * Where they match in threads of others, what comes in goes to `route', an
 * event_output.  Messages are for the shard that callshard_number() tells, all
 * else, and what the shards make of messages, is for matcher_settle(), in the
 * order of event_before().  While one looks at the shards, between hold() and
 * go_on(), nobody else may.
 */
struct shardset {
	struct callshard *const *shards;
	unsigned count;
	event_output *route;
	/* NULL: they are the looker's. */
	void (*hold)(void *arg);
	void (*go_on)(void *arg);
	void *arg;
};

/* For both nobody else may be using them: see callshard.h. */
void shardset_hole(const struct shardset *s, nstime from, nstime until);
void shardset_close(const struct shardset *s, nstime now);

/* Of any thread, at any time: sums. */
size_t shardset_open(const struct shardset *s);
uint64_t shardset_not_watched(const struct shardset *s, uint16_t port);

/* They are held: at most `most' of all that have waited longest, in order; the
 * counters of each. */
void shardset_slowest(const struct shardset *s, size_t most,
    txntable_waiting_output *output, void *arg);
void shardset_stats(
    const struct shardset *s, counter_output *output, void *arg);

#endif
