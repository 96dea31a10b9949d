/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tunnel.h"

#include "base/cursor.h"
#include "net/datalink.h"
#include "net/inner/linktype.h"
#include "net/ip.h"

enum {
	VXLAN_GPE_PORT = 4790,
	GTPU_PORT = 2152,
	L2TP_PORT = 1701,
	CAPWAP_DATA_PORT = 5247,
	GUE_PORT = 6080,
	MPLS_PORT = 6635,
	TZSP_PORT = 37008,

	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACKNOWLEDGEMENT = 0x0080,
	GRE_VERSION = 0x0007,
	GRE_ERSPAN_I_II = 0x88be,
	GRE_ERSPAN_III = 0x22eb,
	GRE_WCCP = 0x883e,

	GTPU_DATA = 0xff,

	L2TP_CONTROL = 0x8000,
	L2TP_LENGTH = 0x4000,
	L2TP_SEQUENCE = 0x0800,
	L2TP_OFFSET = 0x0200,
	L2TP_PRIORITY = 0x0100,
	L2TP_VERSION = 2,
	L2TP_VERSION_3 = 3,
	L2TP_MOST_COOKIE = 12, /* with what may follow it */

	TZSP_PADDING = 0,
	TZSP_END = 1,
	TZSP_ETHERNET = 1,
	TZSP_WIRELESS = 18,

	CAPWAP_DTLS = 1,
	CAPWAP_WIRELESS = 0x0100, /* T: a frame of the link below */
	CAPWAP_FRAGMENT = 0x0080,
	CAPWAP_LAST = 0x0040,
	CAPWAP_KEEPALIVE = 0x0008
};

/* Below the least EtherType there is none. */
static uint16_t
type_on_wire(struct cursor *c)
{
	const uint16_t type = cursor_u16(c);

	return type < LINKTYPE_LEAST_ETHERTYPE ? (uint16_t)LINKTYPE_NOTHING
					       : type;
}

/* Cisco's draft-foschiano-erspan: type I has no header of its own and no GRE
 * sequence number, type II has 8 octets. */
static uint16_t
erspan_type(struct cursor *c, bool sequence)
{
	if (sequence)
		cursor_take(c, 8);
	return DATALINK_ETHERTYPE_ETHERNET;
}

/* Type III: 12 octets, the last two of which give the frame type (0 Ethernet,
 * 2 IP) and whether a platform subheader of 8 follows. */
static uint16_t
erspan3_type(struct cursor *c)
{
	const struct slice fixed = cursor_take(c, 10);
	const uint16_t bits = cursor_u16(c);
	const unsigned frame_type = bits >> 10 & 0x1f;

	(void)fixed;
	if ((bits & 1) != 0)
		cursor_take(c, 8);
	if (frame_type == 0)
		return DATALINK_ETHERTYPE_ETHERNET;
	if (frame_type != 2 || c->rest.len == 0)
		return LINKTYPE_NOTHING;
	return c->rest.p[0] >> 4 == 4 ? DATALINK_ETHERTYPE_IPV4
				      : DATALINK_ETHERTYPE_IPV6;
}

static enum tunnel_result
done(const struct cursor *c, uint16_t ethertype, struct tunnel *tunnel)
{
	if (c->bad)
		return TUNNEL_MALFORMED;
	if (ethertype == LINKTYPE_NOTHING || c->rest.len == 0)
		return TUNNEL_UNSUPPORTED;
	*tunnel = (struct tunnel){ .ethertype = ethertype, .octets = c->rest };
	return TUNNEL_FOUND;
}

/* Cisco's redirect header of 4 octets came with WCCP's second version; it does
 * not begin like IP. */
static uint16_t
wccp_type(struct cursor *c)
{
	const uint8_t first = c->rest.len == 0 ? 0 : c->rest.p[0];

	if (first >> 4 != 4 || (first & 0xf) < 5)
		cursor_take(c, 4);
	return LINKTYPE_RAW;
}

/* Version 0 is RFC 2784 with RFC 2890; version 1 is that of PPTP, RFC 2637.
 * RFC 1701's source routes went out of use before SIP came up. */
static enum tunnel_result
gre(struct slice payload, struct tunnel *tunnel)
{
	struct cursor c = cursor_over(payload);
	const uint16_t flags = cursor_u16(&c);
	uint16_t type = type_on_wire(&c);
	const bool pptp = (flags & GRE_VERSION) == 1;

	if ((flags & GRE_VERSION) > 1)
		return TUNNEL_MALFORMED;
	if ((flags & GRE_ROUTING) != 0)
		return TUNNEL_UNSUPPORTED;
	if ((flags & GRE_CHECKSUM) != 0)
		cursor_take(&c, 4);
	if ((flags & GRE_KEY) != 0)
		cursor_take(&c, 4);
	if ((flags & GRE_SEQUENCE) != 0)
		cursor_take(&c, 4);
	if (pptp && (flags & GRE_ACKNOWLEDGEMENT) != 0)
		cursor_take(&c, 4);
	if (type == GRE_ERSPAN_I_II)
		type = erspan_type(&c, (flags & GRE_SEQUENCE) != 0);
	else if (type == GRE_ERSPAN_III)
		type = erspan3_type(&c);
	else if (type == GRE_WCCP)
		type = wccp_type(&c);
	return done(&c, type, tunnel);
}

/* RFC 7348, and the group policy extension with its G bit. */
static enum tunnel_result
vxlan(struct slice payload, struct tunnel *tunnel)
{
	struct cursor c = cursor_over(payload);
	const uint8_t flags = cursor_u8(&c);
	const struct slice fixed = cursor_take(&c, 7);

	(void)fixed;
	if ((flags & 0x7f) != 0x08)
		return TUNNEL_NONE;
	return done(&c, DATALINK_ETHERTYPE_ETHERNET, tunnel);
}

/* draft-ietf-nvo3-vxlan-gpe: with the P bit set, the last of the reserved
 * octets is the type of the payload. */
static enum tunnel_result
vxlan_gpe(struct slice payload, struct tunnel *tunnel)
{
	static const uint16_t types[] = {
		[1] = DATALINK_ETHERTYPE_IPV4,
		[2] = DATALINK_ETHERTYPE_IPV6,
		[3] = DATALINK_ETHERTYPE_ETHERNET,
		[4] = DATALINK_ETHERTYPE_NSH,
		[5] = DATALINK_ETHERTYPE_MPLS,
	};
	struct cursor c = cursor_over(payload);
	const uint8_t flags = cursor_u8(&c);
	const uint16_t reserved = cursor_u16(&c);
	const uint8_t next = cursor_u8(&c);
	const uint32_t vni = cursor_u32(&c);
	uint16_t type = DATALINK_ETHERTYPE_ETHERNET;

	(void)vni;
	if ((flags & 0xf8) != 0x08 || reserved != 0)
		return TUNNEL_NONE;
	if ((flags & 0x04) != 0)
		type = next < sizeof(types) / sizeof(*types) ? types[next]
							     : LINKTYPE_NOTHING;
	return done(&c, type, tunnel);
}

/* RFC 8926: version 0, options in units of 4 octets. */
static enum tunnel_result
geneve(struct slice payload, struct tunnel *tunnel)
{
	struct cursor c = cursor_over(payload);
	const uint8_t version_length = cursor_u8(&c);
	const uint8_t flags_reserved = cursor_u8(&c);
	const uint16_t type = type_on_wire(&c);
	const uint32_t vni = cursor_u32(&c);
	const struct slice options =
	    cursor_take(&c, (version_length & 0x3f) * (size_t)4);

	(void)vni;
	(void)options;
	if (version_length >> 6 != 0 || (flags_reserved & 0x3f) != 0)
		return TUNNEL_NONE;
	return done(&c, type, tunnel);
}

/* 3GPP TS 29.281 section 5: if any of E, S and PN is set, all three fields
 * are there; the last names the first extension header, whose length is in
 * units of 4 octets and whose last octet names the next. */
static enum tunnel_result
gtpu(struct slice payload, struct tunnel *tunnel)
{
	struct cursor c = cursor_over(payload);
	const uint8_t flags = cursor_u8(&c);
	const uint8_t message = cursor_u8(&c);
	const struct slice length_teid = cursor_take(&c, 6);
	uint8_t next;

	(void)length_teid;
	if ((flags & 0xf0) != 0x30 || message != GTPU_DATA)
		return TUNNEL_NONE;
	next = (flags & 0x07) != 0 ? cursor_u32(&c) & 0xff : 0;
	while (next != 0 && (flags & 0x04) != 0 && !c.bad) {
		const size_t units = cursor_u8(&c);

		if (units == 0)
			return TUNNEL_MALFORMED;
		cursor_take(&c, units * 4 - 2);
		next = cursor_u8(&c);
	}
	if (c.rest.len == 0 || c.rest.p[0] >> 4 == 4)
		return done(&c, DATALINK_ETHERTYPE_IPV4, tunnel);
	if (c.rest.p[0] >> 4 == 6)
		return done(&c, DATALINK_ETHERTYPE_IPV6, tunnel);
	return TUNNEL_UNSUPPORTED;
}

/* TaZmen Sniffer Protocol, what MikroTik's routers mirror by: tags until the
 * end tag.  A keepalive carries nothing. */
static enum tunnel_result
tzsp(struct slice payload, struct tunnel *tunnel)
{
	struct cursor c = cursor_over(payload);
	const uint8_t version = cursor_u8(&c);
	const uint8_t type = cursor_u8(&c);
	const uint16_t protocol = cursor_u16(&c);
	uint8_t tag;

	if (version != 1 || type > 1)
		return TUNNEL_NONE;
	do {
		tag = cursor_u8(&c);
		if (tag != TZSP_PADDING && tag != TZSP_END)
			cursor_take(&c, cursor_u8(&c));
	} while (tag != TZSP_END && !c.bad);
	if (protocol == TZSP_ETHERNET)
		return done(&c, DATALINK_ETHERTYPE_ETHERNET, tunnel);
	return done(&c,
	    protocol == TZSP_WIRELESS ? LINKTYPE_WIRELESS : LINKTYPE_NOTHING,
	    tunnel);
}

/*
 * RFC 3931 section 4.1: a session, of which 0 is for control, a cookie of 0, 4
 * or 8 octets and a sublayer of 0 or 4, which were agreed upon elsewhere: the
 * type of the frame behind them shows how many there are.
 */
static enum tunnel_result
l2tp3(struct cursor c, struct tunnel *tunnel)
{
	const uint32_t session = cursor_u32(&c);

	if (c.bad)
		return TUNNEL_MALFORMED;
	for (size_t at = 0; session != 0 && at <= L2TP_MOST_COOKIE; at += 4) {
		if (!datalink_frame_begins(slice_after(c.rest, at)))
			continue;
		cursor_take(&c, at);
		return done(&c, DATALINK_ETHERTYPE_ETHERNET, tunnel);
	}
	return TUNNEL_UNSUPPORTED;
}

/* RFC 2661 section 3.1, version 2. */
static enum tunnel_result
l2tp(struct slice payload, struct tunnel *tunnel)
{
	struct cursor c = cursor_over(payload);
	const uint16_t flags = cursor_u16(&c);

	if (flags == L2TP_VERSION_3) {
		cursor_take(&c, 2);
		return l2tp3(c, tunnel);
	}
	if ((flags &
		~(L2TP_LENGTH | L2TP_SEQUENCE | L2TP_OFFSET | L2TP_PRIORITY)) !=
	    L2TP_VERSION)
		return TUNNEL_NONE;
	if ((flags & L2TP_LENGTH) != 0)
		cursor_take(&c, 2);
	cursor_take(&c, 4);
	if ((flags & L2TP_SEQUENCE) != 0)
		cursor_take(&c, 4);
	if ((flags & L2TP_OFFSET) != 0)
		cursor_take(&c, cursor_u16(&c));
	return done(&c, DATALINK_ETHERTYPE_PPP, tunnel);
}

/* draft-ietf-intarea-gue: version 0 has a header in units of 4 octets and the
 * number of an IP protocol, version 1 is IP itself. */
static enum tunnel_result
gue(struct slice payload, struct tunnel *tunnel)
{
	struct cursor c = cursor_over(payload);
	const uint8_t first = cursor_u8(&c);
	const uint8_t protocol = cursor_u8(&c);
	const size_t options = (first & 0x1f) * (size_t)4;

	cursor_take(&c, 2);
	if (c.bad)
		return TUNNEL_NONE;
	if (first >> 4 == 4 || first >> 4 == 6) {
		c = cursor_over(payload);
		return done(&c, LINKTYPE_RAW, tunnel);
	}
	if (first >> 5 != 0) /* another version, or control */
		return TUNNEL_NONE;
	cursor_take(&c, options);
	return c.bad ? TUNNEL_MALFORMED : tunnel_ip(protocol, c.rest, tunnel);
}

/* RFC 5415 section 4.3: behind the preamble the length of the header in units
 * of 4 octets takes 5 bits.  A fragment has an id, and an offset whose last
 * three bits are not used, as in IP. */
static enum tunnel_result
capwap(struct slice payload, struct tunnel *tunnel)
{
	struct cursor c = cursor_over(payload);
	const uint8_t preamble = cursor_u8(&c);
	const uint32_t bits = cursor_u24(&c);
	const uint16_t identification = cursor_u16(&c);
	const uint16_t offset = cursor_u16(&c);
	const size_t len = (bits >> 19) * (size_t)4;
	enum tunnel_result result;

	if (preamble > CAPWAP_DTLS || (c.bad && payload.len < 4))
		return TUNNEL_NONE;
	if (preamble == CAPWAP_DTLS)
		return TUNNEL_ENCRYPTED;
	if (len < 8)
		return TUNNEL_MALFORMED;
	cursor_take(&c, len - 8);
	if ((bits & CAPWAP_KEEPALIVE) != 0)
		return TUNNEL_UNSUPPORTED;
	result = done(&c,
	    (bits & CAPWAP_WIRELESS) != 0 ? LINKTYPE_WIRELESS
					  : DATALINK_ETHERTYPE_ETHERNET,
	    tunnel);
	if (result != TUNNEL_FOUND || (bits & CAPWAP_FRAGMENT) == 0)
		return result;
	tunnel->identification = identification;
	tunnel->offset = offset & 0xfff8;
	tunnel->more = (bits & CAPWAP_LAST) == 0;
	return TUNNEL_PIECE;
}

/* RFC 7510.  Labels look like anything. */
static enum tunnel_result
mpls(struct slice payload, struct tunnel *tunnel)
{
	const struct cursor c = cursor_over(payload);

	if (slice_starts_with(payload, "SIP/2.0 "))
		return TUNNEL_NONE;
	return done(&c, DATALINK_ETHERTYPE_MPLS, tunnel);
}

enum tunnel_result
tunnel_ip(uint8_t protocol, struct slice payload, struct tunnel *tunnel)
{
	const struct cursor c = cursor_over(payload);

	switch (protocol) {
	case IP_IPV4:
		return done(&c, DATALINK_ETHERTYPE_IPV4, tunnel);
	case IP_IPV6:
		return done(&c, DATALINK_ETHERTYPE_IPV6, tunnel);
	case IP_GRE:
		return gre(payload, tunnel);
	case IP_L2TP:
		return l2tp3(c, tunnel);
	default:
		return TUNNEL_NONE;
	}
}

/* Their far ends may have any port: either way one of the two is known. */
static enum tunnel_result
by_either_port(const struct udp *udp, struct tunnel *tunnel)
{
	if (udp->source_port == L2TP_PORT || udp->destination_port == L2TP_PORT)
		return l2tp(udp->payload, tunnel);
	if (udp->source_port == CAPWAP_DATA_PORT ||
	    udp->destination_port == CAPWAP_DATA_PORT)
		return capwap(udp->payload, tunnel);
	return TUNNEL_NONE;
}

enum tunnel_result
tunnel_udp(const struct udp *udp, const struct tunnel_ports *ports,
    struct tunnel *tunnel)
{
	if (portset_has(&ports->vxlan, udp->destination_port))
		return vxlan(udp->payload, tunnel);
	if (portset_has(&ports->geneve, udp->destination_port))
		return geneve(udp->payload, tunnel);
	switch (udp->destination_port) {
	case VXLAN_GPE_PORT:
		return vxlan_gpe(udp->payload, tunnel);
	case GTPU_PORT:
		return gtpu(udp->payload, tunnel);
	case GUE_PORT:
		return gue(udp->payload, tunnel);
	case MPLS_PORT:
		return mpls(udp->payload, tunnel);
	case TZSP_PORT:
		return tzsp(udp->payload, tunnel);
	default:
		return by_either_port(udp, tunnel);
	}
}

void
tunnel_add_ports(const struct tunnel_ports *site, struct portset *ports)
{
	static const uint16_t fixed[] = {
		VXLAN_GPE_PORT,
		GTPU_PORT,
		L2TP_PORT,
		CAPWAP_DATA_PORT,
		GUE_PORT,
		MPLS_PORT,
		TZSP_PORT,
	};

	portset_join(ports, &site->vxlan);
	portset_join(ports, &site->geneve);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		portset_add(ports, fixed[i]);
}

const char *
tunnel_name(enum tunnel_result result)
{
	static const char *const names[TUNNEL_RESULTS] = {
		[TUNNEL_MALFORMED] = "tunnel.malformed",
		[TUNNEL_UNSUPPORTED] = "tunnel.unsupported",
		[TUNNEL_ENCRYPTED] = "tunnel.encrypted",
	};

	return names[result];
}
