/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MERGE_H
#define MERGE_H

#include "base/counter.h"
#include "net/packet.h"

/*
 * Several interfaces as one capture: packets are held until every source has
 * passed their stamp, or `window' is over (a source that is quiet, or whose
 * ring is released late).  Then they leave in order of their stamps.
 *
 * One source alone needs no merge.
 */

struct merge;

typedef void merge_output(void *arg, const struct packet *packet);

struct merge_limits {
	unsigned sources;
	nstime window;
	size_t octets; /* held at most; beyond that the oldest leave early */
};

/* NULL when out of memory; the caller frees it. */
struct merge *merge_new(
    const struct merge_limits *limits, merge_output *output, void *arg);
void merge_free(struct merge *m);

/* Copies the packet; packet->now must be set, and orders. */
void merge_input(struct merge *m, const struct packet *packet);

/* Let go of what is due. */
void merge_tick(struct merge *m, nstime now);

/* How far deadlines may fire: no packet older than this will come. */
nstime merge_passed(const struct merge *m, nstime now);

/* Let go of everything, the end. */
void merge_flush(struct merge *m);

/* merge.early, merge.no_memory, merge.late */
void merge_stats(const struct merge *m, counter_output *output, void *arg);

#endif
