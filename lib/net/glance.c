/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/glance.h"

#include "net/datalink.h"
#include "net/ip.h"

enum {
	ETHERNET = 1, /* the link type */
	ETHERNET_HEADER = 14,
	VLAN_TAG = 4,
	IPV4_HEADER = 20,
	UDP_HEADER = 8,

	/* Where fields begin, in the Ethernet and in the IP packet. */
	ETHERTYPE = 12,
	TOTAL_LENGTH = 2,
	IDENTIFICATION = 4,
	FRAGMENT = 6,
	PROTOCOL = 9,
	ADDRESSES = 12,
	UDP_LENGTH = 24,

	VLAN = 0x8100,
	NO_OPTIONS = 0x45, /* version 4, 5 words */
	IS_FRAGMENT = 0x3fff
};

static uint16_t
number_at(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* Where the IP packet begins; 0: it is none, or too short to be one. */
static size_t
ip_begins(struct slice octets)
{
	size_t at = ETHERNET_HEADER;

	if (octets.len < at + VLAN_TAG + IPV4_HEADER + UDP_HEADER)
		return 0;
	if (number_at(octets.p + ETHERTYPE) == VLAN)
		at += VLAN_TAG;
	return number_at(octets.p + at - 2) == DATALINK_ETHERTYPE_IPV4 ? at : 0;
}

bool
glance_udp(const struct packet *packet, struct glance *g)
{
	const size_t at =
	    packet->datalink == ETHERNET ? ip_begins(packet->octets) : 0;
	const uint8_t *ip;
	size_t total, udp;

	if (at == 0)
		return false;
	ip = packet->octets.p + at;
	if (ip[0] != NO_OPTIONS || ip[PROTOCOL] != IP_UDP ||
	    (number_at(ip + FRAGMENT) & IS_FRAGMENT) != 0)
		return false;
	total = number_at(ip + TOTAL_LENGTH);
	udp = number_at(ip + UDP_LENGTH);
	if (udp < UDP_HEADER || udp + IPV4_HEADER > total)
		return false;
	*g = (struct glance){
		.from_port = number_at(ip + IPV4_HEADER),
		.to_port = number_at(ip + IPV4_HEADER + 2),
		.identification = number_at(ip + IDENTIFICATION),
		.addresses = slice_of(ip + ADDRESSES, 8),
		.datagram =
		    slice_first(slice_of(ip + IPV4_HEADER,
				    packet->octets.len - at - IPV4_HEADER),
			total - IPV4_HEADER),
		.datagram_len = total - IPV4_HEADER,
	};
	return true;
}

struct slice
glance_payload(const struct glance *g)
{
	return slice_after(g->datagram, UDP_HEADER);
}

uint8_t
glance_first(const struct glance *g)
{
	return g->datagram.len > UDP_HEADER ? g->datagram.p[UDP_HEADER] : 0;
}
