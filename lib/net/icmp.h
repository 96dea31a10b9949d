/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ICMP_H
#define ICMP_H

#include "net/endpoint.h"

/*
 * ICMP and ICMPv6 destination unreachable (RFC 792, RFC 4443 section 3.1),
 * read for the endpoints of the packet they quote and for nothing else: quoted
 * octets are never a message.  "Fragmentation needed" (v4, code 4) has the
 * same type but is part of path MTU discovery: the packet will come again,
 * smaller, so it is not reported.
 */

struct icmp_unreachable {
	uint8_t code;
	uint8_t protocol;         /* of the quoted packet: 6 or 17 */
	struct endpoint from, to; /* of the quoted packet: from got this ICMP */
	uint32_t sequence;        /* TCP; 0 for UDP, or not quoted */
};

/* `version' is 4 or 6.  False for any other ICMP, and for quotes that are too
 * short or of another protocol than UDP or TCP. */
bool icmp_parse(
    struct slice octets, uint8_t version, struct icmp_unreachable *icmp);

#endif
