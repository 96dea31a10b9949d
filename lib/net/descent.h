/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DESCENT_H
#define DESCENT_H

#include "base/counter.h"
#include "base/siphash.h"
#include "net/endpoint.h"
#include "net/icmp.h"
#include "net/packet.h"
#include "net/tcp.h"
#include "net/udp.h"

/*
 * The way down from a packet to what its transport carries: datalink, VLAN
 * tags, MPLS, PPPoE, IP, fragments, tunnels, and IP again, until UDP, TCP or
 * an ICMP error is reached.  Mirror duplicates are dropped on the way.
 *
 * It looks at no port but those of tunnels, and into no payload.
 */

struct descent;

struct descent_limits {
	bool tunnels;           /* descend into GRE, VXLAN, .. */
	size_t fragments;       /* datagrams being put together at a time */
	size_t fragment_octets; /* octets held for all of them */
	size_t duplicates;      /* packets remembered by mirrordup */
	struct siphash_key key;
};

enum descent_transport {
	DESCENT_UDP,
	DESCENT_TCP,
	DESCENT_ICMP /* destination unreachable, v4 or v6 */
};

/* What was found at the bottom.  Borrowed until the callback returns. */
struct descent_event {
	enum descent_transport transport;
	const struct packet *packet;  /* the one that completed it */
	struct endpoint from, to;     /* ports 0 for ICMP */
	bool truncated;               /* payload is shorter than on the wire */
	struct udp udp;               /* DESCENT_UDP */
	struct tcp tcp;               /* DESCENT_TCP */
	struct icmp_unreachable icmp; /* DESCENT_ICMP */
};

typedef void descent_output(void *arg, const struct descent_event *event);

/* NULL when out of memory; the caller frees it. */
struct descent *descent_new(
    const struct descent_limits *limits, descent_output *output, void *arg);
void descent_free(struct descent *d);

/* Calls output at most once per packet. */
void descent_input(struct descent *d, const struct packet *packet);

/* Give up fragments whose time is over. */
void descent_tick(struct descent *d, nstime now);
nstime descent_next_deadline(const struct descent *d);

/* Forget fragments and duplicates: time was rebased. */
void descent_reset(struct descent *d);

void descent_set(struct descent *d, const struct descent_limits *limits);

/* datalink.*, ip.*, tunnel.*, ipfrag.*, mirrordup.*, udp.*, tcp.*, icmp.* */
void descent_stats(const struct descent *d, counter_output *output, void *arg);

#endif
