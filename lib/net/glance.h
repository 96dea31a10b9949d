/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GLANCE_H
#define GLANCE_H

#include "net/packet.h"

/*
 * Nearly all packets of a mirror port have one shape: a whole UDP datagram in
 * IPv4 without options on Ethernet, perhaps behind one VLAN tag.  Of those the
 * places of everything are known without a descent through the layers.
 * Whatever has another shape, or contradicts itself, is left to decode.
 */

struct glance {
	uint16_t from_port, to_port;
	uint16_t identification; /* of the IP packet */
	struct slice addresses;  /* 4 octets of the sender, 4 of the receiver */
	struct slice datagram;   /* captured of it, borrowed; 8 or more */
	size_t datagram_len;     /* on the wire, by the IP header */
};

/* False, and *g untouched, unless the packet has this shape. */
bool glance_udp(const struct packet *packet, struct glance *g);

/* What was captured of what the datagram carries, borrowed. */
struct slice glance_payload(const struct glance *g);

/* Its first octet; 0: there is none. */
uint8_t glance_first(const struct glance *g);

#endif
