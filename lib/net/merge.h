/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MERGE_H
#define MERGE_H

#include "base/budget.h"
#include "base/counter.h"
#include "net/packet.h"

/*
 * Several interfaces as one capture: packets are held until no older one can
 * come from any of them, and leave in order of their stamps.  The caller
 * knows how far each interface was read, and so how long that is.
 *
 * One source alone needs no merge.
 */

struct merge;

typedef void merge_output(void *arg, const struct packet *packet);

/* Holds what `memory' is guaranteed; beyond that the oldest leave early.  NULL
 * when out of memory; the caller frees it. */
struct merge *merge_new(
    struct budget_share *memory, merge_output *output, void *arg);
void merge_free(struct merge *m);

/* Copies the packet; packet->now must be set, and orders. */
void merge_input(struct merge *m, const struct packet *packet);

/* No packet older than `passed' will come: let go of what is older, or as
 * old. */
void merge_tick(struct merge *m, nstime passed);

/* Let go of everything: the end, or another set of sources. */
void merge_flush(struct merge *m);

/* merge.early, merge.no_memory, merge.late */
void merge_stats(const struct merge *m, counter_output *output, void *arg);

#endif
