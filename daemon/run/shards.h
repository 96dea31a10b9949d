/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHARDS_H
#define SHARDS_H

#include "base/totals.h"
#include "config/config.h"
#include "pipeline/matcher.h"

/*
 * Threads that match transactions, each those of some calls, where one thread
 * would be the bottleneck behind several that capture.  Messages go to them,
 * and what they make of them comes back to the matcher, in one order of time
 * with everything else.
 *
 * All functions are of the main thread, which is the matcher's.
 */

struct shards;

struct shards_setup {
	unsigned count;                /* 2 or more */
	struct config *config;         /* borrowed until shards_new() returns */
	const struct siphash_key *key; /* borrowed */
	struct budget *budget;         /* of the process; borrowed */
	struct matcher *matcher;       /* borrowed; shares with them from now */
	int wake; /* an eventfd, when something came back */
	const struct log *log;
};

/* NULL, logged.  The caller frees it, before the matcher. */
struct shards *shards_new(const struct shards_setup *setup);

/* When nothing is forked any more.  False: there is no thread to be had. */
bool shards_start(struct shards *s);
void shards_free(struct shards *s);

/*
 * All events before `now' were put into the matcher, and `ahead' is what our
 * wall clock shows more.  Takes what has come back.  Returned is how far it is
 * settled; INT64_MIN: one has said nothing yet.
 */
nstime shards_tick(struct shards *s, nstime now, nstime ahead);

/* Their limits. */
void shards_set(struct shards *s, struct config *config);

/* shards.no_memory, and those of what merges them. */
void shards_totals(struct shards *s, struct totals *totals);

#endif
