/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCRIPT_WRAP_H
#define SCRIPT_WRAP_H

#include "net/endpoint.h"
#include "script/octets.h"

/*
 * The layers around a packet: VLAN tags, tunnels, and the datalink.  A parcel
 * is octets and their ethertype; wrapping makes a bigger parcel of it.
 */

struct wrap_parcel {
	unsigned ethertype;
	struct octets octets;
};

/* The internet checksum over `octets', to which `sum' was added before. */
unsigned wrap_checksum(struct slice octets, uint32_t sum);

/* The checksum of what UDP, TCP or ICMPv6 carry from `from' to `to'. */
unsigned wrap_transport_checksum(const struct address *from,
    const struct address *to, unsigned protocol, struct slice segment);

/* An IPv4 or IPv6 packet around `payload'.  `fragment' is the IPv4 flags and
 * offset field; on IPv6 a fragment header if it is not 0. */
struct wrap_fields {
	unsigned id, ttl, fragment;
};
struct wrap_parcel wrap_ip(const struct address *from, const struct address *to,
    unsigned protocol, const struct wrap_fields *fields, struct slice payload);

/* A frame of Ethernet around the parcel. */
struct octets wrap_frame(const struct wrap_parcel *parcel);

/* Tunnels: `value' is "A>B", the outer addresses, or empty. */
struct wrap_parcel wrap_in_ip(
    const char *value, unsigned protocol, const struct octets *payload);
struct wrap_parcel wrap_in_udp(
    const char *value, unsigned port, const struct octets *payload);

/* One wrapper as the script names it ("vlan:100", "gre:A>B"). */
struct wrap_parcel wrap_in(const char *wrapper, struct wrap_parcel inner);

/* Tables of wrappers, the last row without a name. */
struct wrap_row {
	const char *name;
	struct wrap_parcel (*wrap)(
	    const char *value, const struct wrap_parcel *inner);
};
extern const struct wrap_row shimwrap_rows[], tunnelwrap_rows[];

/* A way to write a datalink's header, of which one DLT_x may have several:
 * "ethernet", "sll", "amsdu", .. */
struct wrap_link;
const struct wrap_link *wrap_link_named(const char *name);

/* The parcel behind such a header. */
struct octets wrap_datalink(
    const struct wrap_link *link, const struct wrap_parcel *parcel);

#endif
