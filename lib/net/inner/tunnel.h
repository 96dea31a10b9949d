/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUNNEL_H
#define TUNNEL_H

#include "net/inner/udp.h"
#include "net/portset.h"

/*
 * Packets inside packets: IP in IP, GRE (RFC 2784, 2890, PPTP, NVGRE, ERSPAN
 * I to III, WCCP), VXLAN, VXLAN-GPE, Geneve, GTP-U, TZSP, L2TP of version 2,
 * and 3 where it carries Ethernet, GUE, CAPWAP's data and MPLS in UDP.  Only
 * octets in front are taken away.
 *
 * The tunnels over UDP are known by their destination port and by a header that
 * can not be the beginning of a SIP message; a datagram with the port and not
 * the header is no tunnel.
 */

enum tunnel_result {
	TUNNEL_FOUND,
	TUNNEL_PIECE,       /* a fragment of CAPWAP's own */
	TUNNEL_NONE,        /* not a tunnel: read it as what it is */
	TUNNEL_MALFORMED,   /* ends inside its header, unknown version */
	TUNNEL_UNSUPPORTED, /* carries what cannot lead to IP */
	TUNNEL_ENCRYPTED,   /* CAPWAP over DTLS, ESP */
	TUNNEL_RESULTS
};

struct tunnel {
	uint16_t ethertype;  /* for datalink_descend() */
	struct slice octets; /* what it carries, borrowed */
	/* PIECE: where in that the octets belong, as in struct ip. */
	uint16_t identification, offset;
	bool more;
};

/* Where a site has those tunnels whose port differs in practice. */
struct tunnel_ports {
	struct portset vxlan, geneve;
};

/* IP packets inside each other, at most. */
enum { TUNNEL_MAX_DEPTH = 8 };

/* *tunnel is untouched unless TUNNEL_FOUND or TUNNEL_PIECE. */
enum tunnel_result tunnel_ip(
    uint8_t protocol, struct slice payload, struct tunnel *tunnel);
enum tunnel_result tunnel_udp(const struct udp *udp,
    const struct tunnel_ports *ports, struct tunnel *tunnel);

/* Add the ports at which tunnel_udp() may find one. */
void tunnel_add_ports(const struct tunnel_ports *site, struct portset *ports);

/* "tunnel.malformed", ..; static.  NULL for those that are no drop. */
const char *tunnel_name(enum tunnel_result result);

#endif
