/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LAYERS_H
#define LAYERS_H

#include "net/endpoint.h"
#include "net/inner/tunnel.h"
#include "net/packet.h"

/*
 * Where in the octets of one packet its innermost headers end and what they
 * carry begins, without any state: a piece of a datagram is not put together.
 */

enum layers_kind {
	LAYERS_UDP,
	LAYERS_TCP,
	LAYERS_ICMP, /* or ICMPv6 */
	LAYERS_OTHER /* a later fragment, or a protocol that is not read */
};

struct layers {
	enum layers_kind kind;
	struct endpoint from, to; /* ports 0 unless UDP or TCP */
	/* Offsets in the packet's octets. */
	size_t transport; /* the header behind IP's */
	size_t content;   /* of UDP, TCP, or behind the headers that an ICMP
			   * error quotes; OTHER: that of IP */
	size_t end;       /* of the IP packet, as far as captured: padding
			   * follows */
	size_t checksum;  /* of UDP, TCP, ICMP; 0: it has none */
	bool fragment;
	/* TCP */
	uint8_t flags; /* enum tcp_flag */
	uint32_t sequence, acknowledgement;
};

struct layers_tunnels {
	bool descend;
	struct tunnel_ports ports;
};

/* False, and *layers untouched: there is no IP in it. */
bool layers_find(const struct packet *packet,
    const struct layers_tunnels *tunnels, struct layers *layers);

#endif
