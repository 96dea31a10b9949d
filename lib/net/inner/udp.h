/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UDP_H
#define UDP_H

#include "base/slice.h"

/* A UDP datagram, RFC 768. */

struct udp {
	uint16_t source_port, destination_port;
	uint16_t checksum;
	struct slice payload; /* borrowed; may be cut by snaplen */
	size_t payload_len;   /* on the wire; payload.len or more */
};

/* As tcp_parse().  Octets after the UDP length (padding) are left out. */
bool udp_parse(struct slice datagram, size_t len, struct udp *udp);

#endif
