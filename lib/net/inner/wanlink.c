/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/wanlink.h"

#include "net/datalink.h"

enum {
	LAST_OCTET = 0x01, /* of an address, Q.922 */
	ADDRESS_MAX = 4,
	UNNUMBERED = 0x03,

	ORGANISATION_BRIDGED = 0x0080c2,
	BRIDGED_ETHERNET_FCS = 0x0001,
	BRIDGED_ETHERNET = 0x0007
};

/* RFC 1661: address and control, and the first octet of the protocol, may
 * have been negotiated away.  The last octet of a protocol is odd. */
uint16_t
wanlink_ppp(struct cursor *c)
{
	uint16_t protocol;

	if (c->rest.len >= 2 && c->rest.p[0] == 0xff && c->rest.p[1] == 0x03)
		cursor_take(c, 2);
	protocol = cursor_u8(c);
	if ((protocol & 1) == 0)
		protocol = (uint16_t)(protocol << 8 | cursor_u8(c));
	switch (protocol) {
	case 0x0021:
		return DATALINK_ETHERTYPE_IPV4;
	case 0x0057:
		return DATALINK_ETHERTYPE_IPV6;
	case 0x0281:
		return DATALINK_ETHERTYPE_MPLS;
	default:
		return LINKTYPE_NOTHING;
	}
}

/* Cisco's HDLC: address (unicast, multicast), control, and an EtherType. */
uint16_t
wanlink_hdlc(struct cursor *c)
{
	cursor_take(c, 2);
	return linktype_read(c);
}

/* Which is not taken; 0xff: there is none. */
static uint8_t
next_octet(const struct cursor *c)
{
	return c->rest.len == 0 ? 0xff : c->rest.p[0];
}

/* RFC 1547's two, that a serial line may have. */
uint16_t
wanlink_serial(struct cursor *c)
{
	const uint8_t address = next_octet(c);

	return address == 0x0f || address == 0x8f ? wanlink_hdlc(c)
						  : wanlink_ppp(c);
}

uint16_t
wanlink_directed_ppp(struct cursor *c)
{
	cursor_take(c, 1);
	return wanlink_ppp(c);
}

/* RFC 2516: code 0 is the session's data. */
uint16_t
wanlink_pppoe(struct cursor *c)
{
	const uint16_t version_type_code = cursor_u16(c);

	cursor_take(c, 4);
	return version_type_code == 0x1100 ? wanlink_ppp(c) : LINKTYPE_NOTHING;
}

/* pppd's captures have the direction where the address was. */
uint16_t
wanlink_pppd(struct cursor *c)
{
	cursor_take(c, 2);
	return wanlink_ppp(c);
}

/* *bridged: a frame of Ethernet follows. */
static uint16_t
snap_type(struct cursor *c, bool *bridged)
{
	const uint32_t organisation = cursor_u24(c);
	const uint16_t type = cursor_u16(c);

	*bridged = organisation == ORGANISATION_BRIDGED &&
	    (type == BRIDGED_ETHERNET || type == BRIDGED_ETHERNET_FCS);
	if (*bridged)
		return DATALINK_ETHERTYPE_ETHERNET;
	return organisation == 0 ? type : LINKTYPE_NOTHING;
}

/* ISO/IEC TR 9577's network layer protocol identifiers. */
static uint16_t
nlpid_type(struct cursor *c)
{
	bool bridged;

	switch (cursor_u8(c)) {
	case 0xcc:
		return DATALINK_ETHERTYPE_IPV4;
	case 0x8e:
		return DATALINK_ETHERTYPE_IPV6;
	case 0xcf: /* RFC 1973 */
		return DATALINK_ETHERTYPE_PPP;
	case 0x80:
		return snap_type(c, &bridged);
	default:
		return LINKTYPE_NOTHING;
	}
}

uint16_t
wanlink_frame_relay(struct cursor *c)
{
	unsigned octets = 1;

	while ((cursor_u8(c) & LAST_OCTET) == 0 && !c->bad)
		if (++octets > ADDRESS_MAX)
			return LINKTYPE_MALFORMED;
	if (next_octet(c) != UNNUMBERED) {
		const uint16_t type = cursor_u16(c);

		return type < LINKTYPE_LEAST_ETHERTYPE
		    ? (uint16_t)LINKTYPE_NOTHING
		    : type;
	}
	cursor_take(c, 1);
	if (next_octet(c) == 0) /* aligns what follows */
		cursor_take(c, 1);
	return nlpid_type(c);
}

uint16_t
wanlink_directed_frame_relay(struct cursor *c)
{
	cursor_take(c, 1);
	return wanlink_frame_relay(c);
}

uint16_t
wanlink_atm(struct cursor *c)
{
	const uint32_t llc = cursor_u24(c);
	bool bridged = false;
	uint16_t type;

	if (llc == 0xfefe03)
		return nlpid_type(c);
	if (llc != 0xaaaa03)
		return LINKTYPE_NOTHING;
	type = snap_type(c, &bridged);
	if (bridged)
		cursor_take(c, 2);
	return type;
}
