/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PACKETRING_H
#define PACKETRING_H

#include "base/budget.h"
#include "base/counter.h"
#include "net/hepmsg.h"
#include "net/layers.h"
#include "net/portset.h"

/* The latest packets, copied, in the order they came: those behind an alert
 * are found here once it is raised. */

struct packetring;

struct packetring_limits {
	size_t octets;               /* held, with what it takes to hold them */
	struct budget_share *memory; /* they are drawn from; NULL: none */
	struct layers_tunnels tunnels;
	/* UDP and TCP with HEP: its messages come by packetring_handed(). */
	struct portset hep;
};

struct packetring_packet {
	struct packet packet; /* its octets are the ring's */
	struct layers layers;
	/* It was made of a message of HEP by this agent, which has a number;
	 * without an address it was captured. */
	struct address agent;
	uint32_t agent_number;
	uint8_t protocol; /* of IP, that carried the message */
};

/* NULL when out of memory; the caller frees it. */
struct packetring *packetring_new(const struct packetring_limits *limits);
void packetring_free(struct packetring *r);

/* The oldest make room.  A packet without IP is not kept. */
void packetring_input(struct packetring *r, const struct packet *packet);

/* A message that the agent at `agent' handed on, seen at `wall'; it comes after
 * the latest packet of the ring. */
void packetring_handed(struct packetring *r, const struct hepmsg *m,
    const struct address *agent, nstime wall);

size_t packetring_count(const struct packetring *r);

/* `at' is less than packetring_count(), 0 is the oldest.  Borrowed until the
 * next packetring_input(). */
const struct packetring_packet *packetring_at(
    const struct packetring *r, size_t at);

/* Rings that threads fill side by side, and their packets as one sequence. */
struct packetring_set {
	struct packetring *const *rings; /* borrowed */
	size_t count;                    /* at most PACKETRING_SET */
};

enum { PACKETRING_SET = 8 }; /* threads that [capture] workers allows */

/* The packets of all rings, each ring's in its order, by packet.now of the
 * oldest that are left.  The caller frees them, but what they point to is
 * borrowed.  NULL: there are none, or no memory. */
const struct packetring_packet **packetring_all(
    const struct packetring_set *set, size_t *count);

/* What the packet's transport carries, or a piece of it. */
struct slice packetring_content(const struct packetring_packet *p);

/* packetring.too_long, packetring.no_memory */
void packetring_stats(
    const struct packetring *r, counter_output *output, void *arg);

#endif
