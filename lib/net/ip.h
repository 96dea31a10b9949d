/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IP_H
#define IP_H

#include "net/endpoint.h"

/*
 * An IP packet: version 4 with its options (RFC 791) or 6 with its extension
 * headers (RFC 8200), both with an Authentication Header (RFC 4302), down to
 * what it carries.  Padding behind the packet is cut.  Checksums are not
 * verified: a tap sees its own host's packets before the NIC fills them in.
 */

enum ip_protocol {
	IP_ICMP = 1,
	IP_IPV4 = 4,
	IP_TCP = 6,
	IP_UDP = 17,
	IP_IPV6 = 41,
	IP_GRE = 47,
	IP_ESP = 50,
	IP_ICMPV6 = 58,
	IP_L2TP = 115,
	IP_SCTP = 132
};

struct ip {
	struct address from, to;
	uint8_t protocol; /* of the payload, enum ip_protocol or other */

	bool fragment;           /* the payload is a piece of a datagram's */
	bool more;               /* .. and not its last one */
	uint16_t offset;         /* .. which begins here, in octets */
	uint32_t identification; /* of IPv4 always, of IPv6 if a fragment */

	struct slice payload; /* borrowed; may be cut by snaplen */
	size_t payload_len;   /* on the wire; payload.len or more */
};

enum ip_result {
	IP_OK,
	IP_SHORT,            /* ends inside its headers */
	IP_MALFORMED,        /* another version, lengths that contradict */
	IP_JUMBO,            /* a jumbogram, RFC 2675: not read here */
	IP_TOO_MANY_HEADERS, /* extension headers */
	IP_RESULTS
};

/*
 * `octets' is what was captured of `len' octets on the wire.  A packet that
 * gives its length as 0 left its host before the NIC cut it up (TSO): `len'
 * is taken.  An IPv6 fragment that is the whole datagram (RFC 6946) is none.
 * *ip is untouched unless IP_OK.
 */
enum ip_result ip_parse(struct slice octets, size_t len, struct ip *ip);

/*
 * Skip the extension headers that a payload begins with, as in a
 * datagram put together from fragments.  No fragment header may come again.
 * *ip is untouched unless IP_OK.
 */
enum ip_result ip_skip_headers(struct ip *ip);

/* "ip.malformed", ..; static.  NULL for IP_OK. */
const char *ip_name(enum ip_result result);

#endif
