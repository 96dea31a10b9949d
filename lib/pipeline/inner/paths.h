/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PATHS_H
#define PATHS_H

#include "base/budget.h"
#include "net/pairs.h"
#include "pipeline/event.h"
#include "txn/delivery.h"
#include "txn/outcome.h"

/*
 * The paths of messages, as far as the matcher knows them: which hosts were
 * heard, what ICMP reported, how far TCP delivered, when packets were lost
 * before us.  Readers report all of it as events, so that the matcher need not
 * ask them when a transaction is judged.
 */

struct paths;

struct paths_limits {
	struct pairs_limits pairs;
	size_t flows; /* at the limit new ones are not followed: on them nothing
		       * is proven by an acknowledgement */
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

/* NULL when out of memory; the caller frees it. */
struct paths *paths_new(const struct paths_limits *limits);
void paths_free(struct paths *p);
void paths_set(struct paths *p, const struct paths_limits *limits);

/* A packet between two hosts comes next, and comes now: see pairs.h. */
void paths_expect(const struct paths *p, const struct address *from,
    const struct address *to);
void paths_expect_entry(const struct paths *p, const struct address *from,
    const struct address *to);
void paths_packet(struct paths *p, const struct address *from,
    const struct address *to, nstime now);

/* Was anything heard from one to the other? */
bool paths_heard(const struct paths *p, const struct address *from,
    const struct address *to);

/* `server' answered `client'. */
void paths_answered(struct paths *p, const struct address *client,
    const struct address *server, nstime now);

/* Has it done so for a while, as far as is known? */
bool paths_has_worked(const struct paths *p, const struct address *client,
    const struct address *server);

void paths_unreachable(
    struct paths *p, const struct icmp_unreachable *icmp, nstime now);

/* Did ICMP report to `client' since `since' that it cannot reach `server'? */
bool paths_was_unreachable(const struct paths *p, const struct address *client,
    const struct endpoint *server, nstime since);

void paths_acknowledged(struct paths *p, uint64_t flow,
    const struct event_acknowledged *acknowledged);

/* True: octets were lost since the facts before, and *gap holds which, but for
 * the times of now. */
bool paths_flow(struct paths *p, uint64_t flow, const struct event_flow *facts,
    struct doubts_gap *gap);

/* A message came on a flow, from its client or not. */
void paths_message(struct paths *p, uint64_t flow, bool by_client, nstime now);

/* Packets were lost before us. */
void paths_dropped(struct paths *p, nstime now);

/* Fill what is known about a transaction whose time has come. */
void paths_of_silence(const struct paths *p, const struct outcome *outcome,
    struct delivery *delivery);

/* paths.full, paths.no_memory, pairs.* */
void paths_stats(const struct paths *p, counter_output *output, void *arg);

#endif
