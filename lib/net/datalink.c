/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/datalink.h"

#include "base/cursor.h"
#include "net/inner/capturehead.h"
#include "net/inner/shim.h"
#include "net/inner/wanlink.h"
#include "net/inner/wireless.h"

enum {
	MAX_TAGS = 4,
	MAX_HEADERS = 16, /* of any kind, MPLS labels included */

	VLAN = 0x8100,         /* 802.1Q */
	VLAN_SERVICE = 0x88a8, /* 802.1ad */
	VLAN_OLD = 0x9100,     /* what switches used before 802.1ad */
	VLAN_OLDER = 0x9200,
	MPLS_MULTICAST = 0x8848,
	PPPOE_SESSION = 0x8864,

	ARP = 0x0806,

	/* Linux cooked captures have this for what has no EtherType. */
	COOKED_LLC = 0x0004,
	CONTROL_WORD = 4, /* octets, RFC 4385 */

	LINK_WIRELESS = 105, /* IEEE802_11 */
	LINK_RADIOTAP = 127, /* IEEE802_11_RADIOTAP */
	LINK_PPI = 192,
	LINK_ERF = 197,
	LINK_PKTAP = 258,
	LINK_USER2 = 149 /* where macOS had pktap before it got a number */
};

/* The type of the next header, and where that begins. */
struct datalink_layer {
	uint16_t type;
	struct cursor c;
};

/* Only IP can come next: its version field decides which. */
static uint16_t
raw_type(struct cursor *c)
{
	struct cursor ahead = *c;
	const uint8_t version = cursor_u8(&ahead) >> 4;

	c->bad = ahead.bad;
	if (version == 4)
		return DATALINK_ETHERTYPE_IPV4;
	return version == 6 ? DATALINK_ETHERTYPE_IPV6 : LINKTYPE_NOTHING;
}

/* RFC 1042: only SNAP with an EtherType in it leads to IP. */
static uint16_t
llc_type(struct cursor *c)
{
	const uint32_t llc = cursor_u24(c);
	const uint32_t organisation = cursor_u24(c);
	const uint16_t type = cursor_u16(c);

	return llc == 0xaaaa03 && organisation == 0 ? type : LINKTYPE_NOTHING;
}

static uint16_t
ethernet_type(struct cursor *c)
{
	cursor_take(c, 12);
	return linktype_read(c);
}

static uint16_t
vlan_type(struct cursor *c)
{
	cursor_take(c, 2);
	return linktype_read(c);
}

bool
datalink_frame_begins(struct slice octets)
{
	struct cursor c = cursor_over(slice_after(octets, 12));

	switch (cursor_u16(&c)) {
	case DATALINK_ETHERTYPE_IPV4:
	case DATALINK_ETHERTYPE_IPV6:
	case DATALINK_ETHERTYPE_MPLS:
	case VLAN:
	case VLAN_SERVICE:
	case PPPOE_SESSION:
	case ARP:
		return true;
	default:
		return false;
	}
}

/* RFC 3032: labels until the one with the bottom bit.  The payload below has
 * no type; if it begins like IP it is IP.  A pseudowire (RFC 4448) begins with
 * a control word of 0 to avoid that, or has none. */
static uint16_t
mpls_type(struct cursor *c)
{
	const uint32_t label = cursor_u32(c);
	uint16_t type;

	if ((label & 0x100) == 0)
		return DATALINK_ETHERTYPE_MPLS;
	type = raw_type(c);
	if (type != LINKTYPE_NOTHING || c->bad)
		return type;
	if (c->rest.p[0] >> 4 == 0 &&
	    datalink_frame_begins(slice_after(c->rest, CONTROL_WORD))) {
		cursor_take(c, CONTROL_WORD);
		return DATALINK_ETHERTYPE_ETHERNET;
	}
	return datalink_frame_begins(c->rest) ? DATALINK_ETHERTYPE_ETHERNET
					      : LINKTYPE_NOTHING;
}

static uint16_t
cooked_type(uint16_t type, struct cursor *c)
{
	if (type == COOKED_LLC)
		return llc_type(c);
	return type < LINKTYPE_LEAST_ETHERTYPE ? (uint16_t)LINKTYPE_NOTHING
					       : type;
}

static uint16_t
sll_type(struct cursor *c)
{
	cursor_take(c, 14);
	return cooked_type(cursor_u16(c), c);
}

static uint16_t
sll2_type(struct cursor *c)
{
	const uint16_t type = cursor_u16(c);

	cursor_take(c, 18);
	return cooked_type(type, c);
}

/* The address family in the octet order of the capturing host; AF_INET6 has
 * a number of its own on every system. */
static uint16_t
null_type(struct cursor *c)
{
	uint32_t family = cursor_u32(c);

	if (family > 0xffff)
		family = __builtin_bswap32(family);
	switch (family) {
	case 2:
		return DATALINK_ETHERTYPE_IPV4;
	case 10:
	case 23:
	case 24:
	case 28:
	case 30:
		return DATALINK_ETHERTYPE_IPV6;
	default:
		return LINKTYPE_NOTHING;
	}
}

static linktype_reader *reader_of(int datalink);

/* Whether a header that names a link stands in front of this one. */
static bool
names_another(int datalink)
{
	return datalink == LINK_PKTAP || datalink == LINK_USER2 ||
	    datalink == LINK_PPI || datalink == LINK_ERF;
}

static uint16_t
named_type(struct cursor *c, capturehead_reader *head)
{
	int datalink;
	const uint16_t type = head(c, &datalink);
	linktype_reader *reader;

	if (type != LINKTYPE_NOTHING || c->bad || datalink < 0 ||
	    names_another(datalink))
		return type;
	reader = reader_of(datalink);
	return reader == NULL ? LINKTYPE_NOTHING : reader(c);
}

static uint16_t
pktap_type(struct cursor *c)
{
	return named_type(c, capturehead_pktap);
}

static uint16_t
ppi_type(struct cursor *c)
{
	return named_type(c, capturehead_ppi);
}

static uint16_t
prism_type(struct cursor *c)
{
	return named_type(c, capturehead_prism);
}

static uint16_t
erf_type(struct cursor *c)
{
	return named_type(c, capturehead_erf);
}

static uint16_t
juniper_type(struct cursor *c, linktype_reader *reader)
{
	bool bare;
	const uint16_t type = capturehead_juniper(c, &bare);

	return bare || type != LINKTYPE_NOTHING || c->bad ? type : reader(c);
}

static uint16_t
juniper_ethernet_type(struct cursor *c)
{
	return juniper_type(c, ethernet_type);
}

static uint16_t
juniper_ppp_type(struct cursor *c)
{
	return juniper_type(c, wanlink_ppp);
}

static uint16_t
juniper_hdlc_type(struct cursor *c)
{
	return juniper_type(c, wanlink_hdlc);
}

static uint16_t
juniper_frame_relay_type(struct cursor *c)
{
	return juniper_type(c, wanlink_frame_relay);
}

static linktype_reader *
reader_of_line(int datalink)
{
	switch (datalink) {
	case 9: /* PPP */
		return wanlink_ppp;
	case 50: /* PPP_HDLC */
		return wanlink_serial;
	case 104: /* C_HDLC */
		return wanlink_hdlc;
	case 166: /* PPP_PPPD */
		return wanlink_pppd;
	case 204: /* PPP_WITH_DIR */
		return wanlink_directed_ppp;
	case 107: /* FRELAY */
		return wanlink_frame_relay;
	case 206: /* FRELAY_WITH_DIR */
		return wanlink_directed_frame_relay;
	case 11:  /* DLT_ATM_RFC1483 */
	case 100: /* ATM_RFC1483 */
		return wanlink_atm;
	case 51: /* PPP_ETHER */
		return wanlink_pppoe;
	default:
		return NULL;
	}
}

static linktype_reader *
reader_of(int datalink)
{
	linktype_reader *line;

	switch (datalink) {
	case 1:
		return ethernet_type;
	case 0:   /* NULL */
	case 108: /* LOOP */
		return null_type;
	case 219: /* MPLS */
		return mpls_type;
	case LINK_WIRELESS:
		return wireless_frame;
	case LINK_RADIOTAP:
		return wireless_radiotap;
	case 239: /* NFLOG */
		return capturehead_nflog;
	case 109: /* ENC */
		return capturehead_enc;
	case 117: /* PFLOG */
		return capturehead_pflog;
	case 226: /* IPNET */
		return capturehead_ipnet;
	case LINK_PKTAP:
	case LINK_USER2:
		return pktap_type;
	case LINK_PPI:
		return ppi_type;
	case 119: /* IEEE802_11_PRISM */
	case 163: /* IEEE802_11_AVS */
		return prism_type;
	case LINK_ERF:
		return erf_type;
	case 167: /* JUNIPER_PPPOE */
	case 178: /* JUNIPER_ETHER */
		return juniper_ethernet_type;
	case 179: /* JUNIPER_PPP */
		return juniper_ppp_type;
	case 180: /* JUNIPER_FRELAY */
		return juniper_frame_relay_type;
	case 181: /* JUNIPER_CHDLC */
		return juniper_hdlc_type;
	case 12:  /* DLT_RAW */
	case 14:  /* DLT_RAW on OpenBSD */
	case 101: /* LINKTYPE_RAW */
	case 228: /* IPV4 */
	case 229: /* IPV6 */
		return raw_type;
	case 113:
		return sll_type;
	case 276:
		return sll2_type;
	default:
		line = reader_of_line(datalink);
		return line != NULL ? line : shim_frame(datalink);
	}
}

static linktype_reader *
reader_behind(uint16_t type)
{
	switch (type) {
	case VLAN:
	case VLAN_SERVICE:
	case VLAN_OLD:
	case VLAN_OLDER:
		return vlan_type;
	case DATALINK_ETHERTYPE_ETHERNET:
		return ethernet_type;
	case DATALINK_ETHERTYPE_MPLS:
	case MPLS_MULTICAST:
		return mpls_type;
	case PPPOE_SESSION:
		return wanlink_pppoe;
	case DATALINK_ETHERTYPE_PPP:
		return wanlink_ppp;
	case LINKTYPE_RAW:
		return raw_type;
	case LINKTYPE_WIRELESS:
		return wireless_capwap;
	case LINKTYPE_LLC:
		return llc_type;
	default:
		return shim_behind(type);
	}
}

static enum datalink_result
end_of(uint16_t type)
{
	if (type == LINKTYPE_ENCRYPTED)
		return DATALINK_ENCRYPTED;
	return type == LINKTYPE_MALFORMED ? DATALINK_MALFORMED
					  : DATALINK_NOT_IP;
}

static enum datalink_result
descend(struct datalink_layer l, struct slice *ip, uint16_t *end)
{
	unsigned tags = 0, headers = 0;

	while (!l.c.bad && l.type != DATALINK_ETHERTYPE_IPV4 &&
	    l.type != DATALINK_ETHERTYPE_IPV6) {
		linktype_reader *reader = reader_behind(l.type);

		*end = l.type;
		if (reader == NULL)
			return end_of(l.type);
		tags += reader == vlan_type;
		if (tags > MAX_TAGS || ++headers > MAX_HEADERS)
			return DATALINK_TOO_MANY_HEADERS;
		l.type = reader(&l.c);
	}
	if (l.c.bad)
		return DATALINK_SHORT;
	*ip = l.c.rest;
	return DATALINK_IP;
}

bool
datalink_known(int datalink)
{
	return datalink == DATALINK_EXPORTED || reader_of(datalink) != NULL;
}

static enum datalink_result
parse(int datalink, struct slice octets, struct slice *ip, uint16_t *end)
{
	linktype_reader *reader = reader_of(datalink);
	struct datalink_layer l = { .c = cursor_over(octets) };

	if (reader == NULL)
		return DATALINK_UNKNOWN;
	l.type = reader(&l.c);
	return descend(l, ip, end);
}

enum datalink_result
datalink_parse(int datalink, struct slice octets, struct slice *ip)
{
	uint16_t end;

	return parse(datalink, octets, ip, &end);
}

bool
datalink_parts(int datalink, struct slice octets, struct slice *parts)
{
	if (datalink == LINK_WIRELESS)
		return wireless_parts(octets, parts);
	return datalink == LINK_RADIOTAP &&
	    wireless_radiotap_parts(octets, parts);
}

bool
datalink_next_part(struct slice *parts, struct datalink_part *part)
{
	struct cursor c = cursor_over(*parts);
	size_t len;

	cursor_take(&c, 12);
	len = cursor_u16(&c);
	if (c.bad)
		return false;
	*part = (struct datalink_part){ slice_first(c.rest, len), len };
	*parts = slice_after(c.rest, (len + 14 + 3) / 4 * 4 - 14);
	return true;
}

enum datalink_result
datalink_part_parse(const struct datalink_part *part, struct slice *ip)
{
	return datalink_descend(LINKTYPE_LLC, part->octets, ip);
}

uint16_t
datalink_end(int datalink, struct slice octets)
{
	struct slice ip;
	uint16_t end = LINKTYPE_NOTHING;

	parse(datalink, octets, &ip, &end);
	return end < LINKTYPE_LEAST_ETHERTYPE ? (uint16_t)LINKTYPE_NOTHING
					      : end;
}

enum datalink_result
datalink_descend(uint16_t ethertype, struct slice octets, struct slice *ip)
{
	const struct datalink_layer l = {
		.type = ethertype,
		.c = cursor_over(octets),
	};
	uint16_t end;

	return descend(l, ip, &end);
}

const char *
datalink_name(enum datalink_result result)
{
	static const char *const names[DATALINK_RESULTS] = {
		[DATALINK_UNKNOWN] = "datalink.unknown",
		[DATALINK_SHORT] = "datalink.short",
		[DATALINK_NOT_IP] = "datalink.not_ip",
		[DATALINK_ENCRYPTED] = "datalink.encrypted",
		[DATALINK_MALFORMED] = "datalink.malformed",
		[DATALINK_TOO_MANY_HEADERS] = "datalink.too_many_headers",
	};

	return names[result];
}
