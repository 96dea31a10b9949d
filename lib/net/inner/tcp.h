/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TCP_H
#define TCP_H

#include "base/slice.h"

/* A TCP segment, RFC 9293 section 3.1.  Options are skipped. */

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10
};

struct tcp {
	uint16_t source_port, destination_port;
	uint32_t sequence, acknowledgement;
	uint8_t flags; /* enum tcp_flag */
	uint16_t window;
	struct slice payload; /* borrowed; may be cut by snaplen */
	size_t payload_len;   /* on the wire; payload.len or more */
};

/*
 * `segment' is what was captured of an IP payload of `len' octets on the wire.
 * False, and *tcp untouched, if the header is not whole or contradicts itself.
 */
bool tcp_parse(struct slice segment, size_t len, struct tcp *tcp);

#endif
