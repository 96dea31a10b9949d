/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATALINK_H
#define DATALINK_H

#include "base/slice.h"

/*
 * From the first octet of a captured packet to the IP packet in it: Ethernet
 * (II, or 802.3 with SNAP), up to four VLAN tags, Cisco's and 802.1's shims,
 * Linux cooked, loopback and raw captures, 802.11, PPP, HDLC, PPPoE sessions,
 * MPLS and its pseudowires, and what netfilter, macOS and Junos write.  It
 * looks at nothing but the way to IP: addresses, VLANs and labels are left out,
 * since a mirror may show one packet under several.
 *
 * Only octets in front are taken away, so that the length on the wire of what
 * is left is the length of the whole less what was taken.
 */

enum datalink_result {
	DATALINK_IP,               /* found */
	DATALINK_UNKNOWN,          /* a datalink that is not read here */
	DATALINK_SHORT,            /* ends before IP begins */
	DATALINK_NOT_IP,           /* ARP, STP, LLDP, .. */
	DATALINK_ENCRYPTED,        /* MACsec, WPA */
	DATALINK_MALFORMED,        /* a header that contradicts itself */
	DATALINK_TOO_MANY_HEADERS, /* five VLAN tags, or labels without end */
	DATALINK_RESULTS
};

/* The type of a payload, as an EtherType.  Types that are tunnel payloads too
 * are named here. */
enum datalink_ethertype {
	DATALINK_ETHERTYPE_IPV4 = 0x0800,
	DATALINK_ETHERTYPE_ETHERNET = 0x6558, /* a whole frame, no FCS */
	DATALINK_ETHERTYPE_IPV6 = 0x86dd,
	DATALINK_ETHERTYPE_MPLS = 0x8847,
	DATALINK_ETHERTYPE_PPP = 0x880b,
	DATALINK_ETHERTYPE_NSH = 0x894f
};

/* Wireshark's exported PDUs: decode reads them, since they need hold no packet
 * at all. */
enum { DATALINK_EXPORTED = 252 };

/* Whether datalink_parse(), or decode, reads this LINKTYPE_/DLT_ value. */
bool datalink_known(int datalink);

/*
 * Find the IP packet in a packet of `datalink'.  *ip is borrowed from
 * `octets' and reaches to their end; untouched unless DATALINK_IP.
 */
enum datalink_result datalink_parse(
    int datalink, struct slice octets, struct slice *ip);

/* The same from behind an EtherType on, as tunnels have it. */
enum datalink_result datalink_descend(
    uint16_t ethertype, struct slice octets, struct slice *ip);

/*
 * An A-MSDU of 802.11 holds several frames.  False: the packet is none, so
 * datalink_parse() reads it.  datalink_next_part() takes them off *parts until
 * it returns false; `octets' is what was captured of `len' octets on the wire.
 */
struct datalink_part {
	struct slice octets; /* borrowed */
	size_t len;
};
bool datalink_parts(int datalink, struct slice octets, struct slice *parts);
bool datalink_next_part(struct slice *parts, struct datalink_part *part);
enum datalink_result datalink_part_parse(
    const struct datalink_part *part, struct slice *ip);

/* Does a frame of Ethernet begin here?  Its type is looked at. */
bool datalink_frame_begins(struct slice octets);

/* The EtherType at which it ended, of a packet that was DATALINK_NOT_IP; 0:
 * it has none. */
uint16_t datalink_end(int datalink, struct slice octets);

/* "datalink.not_ip", ..; static.  NULL for DATALINK_IP. */
const char *datalink_name(enum datalink_result result);

#endif
