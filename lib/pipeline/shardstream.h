/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHARDSTREAM_H
#define SHARDSTREAM_H

#include "pipeline/callshard.h"

/*
 * A shard that may be in a thread of its own: messages come in as events, and
 * what becomes of them leaves as events for matcher_settle().  Each has the
 * place of its message in the order of event_before(), or the time of its
 * deadline; those of several shards, and what is for none, are merged by that.
 *
 * Messages come in their order and are numbered: `sequence' grows, and is
 * never 0.
 */

struct shardstream;

/* NULL when out of memory; the caller frees it. */
struct shardstream *shardstream_new(
    const struct matcher_limits *limits, event_output *output, void *arg);
void shardstream_free(struct shardstream *s);

/* Deadlines before it fire first. */
void shardstream_input(struct shardstream *s, const struct event *message);

/* All before `now' has come in, and `ahead' is what stamps are more than it:
 * fire what is due. */
void shardstream_reached(struct shardstream *s, nstime now, nstime ahead);

struct callshard *shardstream_shard(struct shardstream *s);

#endif
