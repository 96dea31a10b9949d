/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TCPTABLE_H
#define TCPTABLE_H

#include "net/inner/tcpconn.h"

/*
 * Where tcpreasm keeps its connections: found by endpoints and by id, and
 * queued to be forgotten, the longest idle first.  Every call takes constant
 * time, whatever the number of connections.
 */

/* In order of eviction: a flood of SYNs evicts itself. */
enum tcptable_queue {
	TCPTABLE_FRESH, /* open or half open; nothing was carried yet */
	TCPTABLE_ENDED,
	TCPTABLE_CARRYING,
	TCPTABLE_QUEUES
};

TAILQ_HEAD(tcptable_list, tcpconn);

/* Embedded; read queues and all, the rest is private. */
struct tcptable {
	struct tcptable_list queues[TCPTABLE_QUEUES];
	struct tcptable_list all; /* in the order in which they began */
	struct table *by_endpoints, *by_id;
	struct tcpconn *recent; /* found last: segments come in runs */
	size_t limit;
	struct budget_share *memory;
	nstime lifetimes[TCPTABLE_QUEUES];
};

/* False when out of memory; tcptable_done() is to be called in any case. */
bool tcptable_init(struct tcptable *t, const struct tcpreasm_limits *limits);

/* The table must be empty. */
void tcptable_done(struct tcptable *t);

void tcptable_set(struct tcptable *t, const struct tcpreasm_limits *limits);

/* The latest connection between its endpoints, or NULL. */
struct tcpconn *tcptable_find(
    struct tcptable *t, const struct tcpreasm_segment *segment);

struct tcpconn *tcptable_find_id(const struct tcptable *t, uint64_t id);

/*
 * A new fresh connection, its client who sent the segment, or, if
 * `server_sent', who received it.  NULL at the limit or when out of memory.
 */
struct tcpconn *tcptable_add(struct tcptable *t,
    const struct tcpreasm_segment *segment, bool server_sent);

/* The connection that must go before one more is added, NULL: none. */
struct tcpconn *tcptable_evictable(const struct tcptable *t);

/* The connection to go when memory is wanted for others than `but', NULL:
 * none. */
struct tcpconn *tcptable_dispensable(
    const struct tcptable *t, const struct tcpconn *but);

/* It carries octets from now on, and the rooms that read them keep more of it.
 * False: there is no memory for that, until another one goes. */
bool tcptable_carries(struct tcptable *t, struct tcpconn *c);

/* A connection whose time is over at `now', or NULL. */
struct tcpconn *tcptable_expired(const struct tcptable *t, nstime now);
nstime tcptable_next_deadline(const struct tcptable *t);

/* The connection is active at `now', and belongs to `queue'. */
void tcptable_touch(struct tcptable *t, struct tcpconn *c,
    enum tcptable_queue queue, nstime now);

/* Not to be found by its endpoints any more. */
void tcptable_hide(struct tcptable *t, struct tcpconn *c);

/* Frees it. */
void tcptable_remove(struct tcptable *t, struct tcpconn *c);

size_t tcptable_count(const struct tcptable *t);

#endif
