/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef REACH_H
#define REACH_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "net/endpoint.h"

/*
 * The clients that lately got an answer from each server: whether others
 * reach a server that fails one of them.
 */

struct reach;

enum { REACH_CLIENTS = 16 };

struct reach_client {
	struct address address;
	nstime last; /* now */
};

/* NULL when out of memory; the caller frees it. */
struct reach *reach_new(
    size_t servers, const struct siphash_key *key, struct budget_share *memory);
void reach_free(struct reach *r);
void reach_set(struct reach *r, size_t servers);

void reach_add(struct reach *r, const struct address *client,
    const struct address *server, nstime now);

/* The latest REACH_CLIENTS of them, the latest first; borrowed until the next
 * call.  Returns how many there are. */
size_t reach_clients(const struct reach *r, const struct address *server,
    const struct reach_client **clients);

/* reach.evicted, reach.no_memory */
void reach_stats(const struct reach *r, counter_output *output, void *arg);

#endif
