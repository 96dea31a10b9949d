/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DECODE_H
#define DECODE_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "net/endpoint.h"
#include "net/glance.h"
#include "net/icmp.h"
#include "net/packet.h"
#include "net/obstacle.h"
#include "net/inner/sctp.h"
#include "net/inner/tcp.h"
#include "net/inner/tunnel.h"
#include "net/inner/udp.h"

/*
 * The way down from a packet to what its transport carries: datalink, VLAN
 * tags, MPLS, PPPoE, IP, fragments, tunnels, and IP again, until UDP, TCP or
 * an ICMP error is reached.  Mirror duplicates are dropped on the way.
 *
 * It looks at no port but those of tunnels, and into no payload.
 */

struct decode;

struct decode_limits {
	bool tunnels; /* descend into GRE, VXLAN, .. */
	struct tunnel_ports tunnel_ports;
	size_t fragments;       /* datagrams being put together at a time */
	size_t fragment_octets; /* octets held for all of them */
	size_t duplicates;      /* packets remembered by mirrordup */
	struct siphash_key key;
	struct budget_share *fragment_memory; /* borrowed; NULL: no bounds */
};

enum decode_transport {
	DECODE_UDP,
	DECODE_TCP,
	DECODE_SCTP, /* its payload is in the place of a datagram's */
	DECODE_ICMP  /* destination unreachable, v4 or v6 */
};

/* The innermost layer that was found.  Borrowed until the callback returns. */
struct decode_event {
	enum decode_transport transport;
	const struct packet *packet; /* the one that completed it */
	struct endpoint from, to;    /* ports 0 for ICMP */
	bool truncated;              /* payload is shorter than on the wire */
	struct sctp_event sctp;      /* DECODE_SCTP */
	union {
		struct udp udp; /* DECODE_UDP; DECODE_SCTP: its payload */
		struct tcp tcp; /* DECODE_TCP */
		struct icmp_unreachable icmp; /* DECODE_ICMP */
	};
};

typedef void decode_output(void *arg, const struct decode_event *event);

/* NULL when out of memory; the caller frees it. */
struct decode *decode_new(
    const struct decode_limits *limits, decode_output *output, void *arg);
void decode_free(struct decode *d);

/* Calls output at most once per packet, but for SCTP, once per event, and
 * 802.11, once per frame of an aggregate. */
void decode_input(struct decode *d, const struct packet *packet);

/* The same for a packet at which a glance was taken. */
void decode_glanced(
    struct decode *d, const struct packet *packet, const struct glance *glance);

/* The ports at which a UDP datagram may be a tunnel's. */
void decode_ports(const struct decode_limits *limits, struct portset *ports);

/* Give up fragments whose time is over. */
void decode_tick(struct decode *d, nstime now);
nstime decode_next_deadline(const struct decode *d);

/* Forget fragments and duplicates: time was rebased. */
void decode_reset(struct decode *d);

void decode_set(struct decode *d, const struct decode_limits *limits);

/* The most frequent obstacles; no ports. */
const struct obstacles *decode_obstacles(const struct decode *d);

/* datalink.*, ip.*, tunnel.*, exported.*, ipfrag.*, mirrordup.*, udp.*, tcp.*,
 * icmp.* */
void decode_stats(const struct decode *d, counter_output *output, void *arg);

#endif
