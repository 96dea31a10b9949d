/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/datalink.h"

#include "base/cursor.h"

enum {
	MAX_TAGS = 4,
	MAX_HEADERS = 16, /* of any kind, MPLS labels included */

	VLAN = 0x8100,         /* 802.1Q */
	VLAN_SERVICE = 0x88a8, /* 802.1ad */
	VLAN_OLD = 0x9100,     /* what switches used before 802.1ad */
	VLAN_OLDER = 0x9200,
	MPLS_MULTICAST = 0x8848,
	PPPOE_SESSION = 0x8864,

	/* EtherTypes below 0x600 are lengths; Linux cooked captures use a few
	 * of these values for what has no EtherType. */
	LEAST_ETHERTYPE = 0x600,
	COOKED_LLC = 0x0004,
	NO_TYPE = 0
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
	return version == 6 ? DATALINK_ETHERTYPE_IPV6 : NO_TYPE;
}

/* RFC 1042: only SNAP with an EtherType in it leads to IP. */
static uint16_t
llc_type(struct cursor *c)
{
	const uint32_t llc = cursor_u24(c);
	const uint32_t organisation = cursor_u24(c);
	const uint16_t type = cursor_u16(c);

	return llc == 0xaaaa03 && organisation == 0 ? type : NO_TYPE;
}

static uint16_t
ethernet_type(struct cursor *c)
{
	uint16_t type;

	cursor_take(c, 12);
	type = cursor_u16(c);
	return type < LEAST_ETHERTYPE ? llc_type(c) : type;
}

static uint16_t
vlan_type(struct cursor *c)
{
	uint16_t type;

	cursor_take(c, 2);
	type = cursor_u16(c);
	return type < LEAST_ETHERTYPE ? llc_type(c) : type;
}

/* RFC 1661: address and control, and the first octet of the protocol, may
 * have been negotiated away.  The last octet of a protocol is odd. */
static uint16_t
ppp_type(struct cursor *c)
{
	uint16_t protocol;

	if (c->rest.len >= 2 && c->rest.p[0] == 0xff && c->rest.p[1] == 0x03)
		cursor_take(c, 2);
	protocol = cursor_u8(c);
	if ((protocol & 1) == 0)
		protocol = (uint16_t)(protocol << 8 | cursor_u8(c));
	if (protocol == 0x0021)
		return DATALINK_ETHERTYPE_IPV4;
	return protocol == 0x0057 ? DATALINK_ETHERTYPE_IPV6 : NO_TYPE;
}

/* RFC 2516: code 0 is the session's data. */
static uint16_t
pppoe_type(struct cursor *c)
{
	const uint16_t version_type_code = cursor_u16(c);

	cursor_take(c, 4);
	return version_type_code == 0x1100 ? ppp_type(c) : NO_TYPE;
}

/* RFC 3032: labels until the one with the bottom bit.  The payload has no
 * type; it is IP if it begins like IP (a pseudowire begins with 0, so as not
 * to). */
static uint16_t
mpls_type(struct cursor *c)
{
	const uint32_t label = cursor_u32(c);

	return (label & 0x100) == 0 ? DATALINK_ETHERTYPE_MPLS : raw_type(c);
}

static uint16_t
cooked_type(uint16_t type, struct cursor *c)
{
	return type == COOKED_LLC ? llc_type(c) : type;
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
		return NO_TYPE;
	}
}

typedef uint16_t type_reader(struct cursor *c);

static type_reader *
reader_of(int datalink)
{
	switch (datalink) {
	case 1:
		return ethernet_type;
	case 0:   /* NULL */
	case 108: /* LOOP */
		return null_type;
	case 9:  /* PPP */
	case 50: /* PPP_HDLC */
		return ppp_type;
	case 51: /* PPP_ETHER */
		return pppoe_type;
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
		return NULL;
	}
}

static type_reader *
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
		return pppoe_type;
	case DATALINK_ETHERTYPE_PPP:
		return ppp_type;
	default:
		return NULL;
	}
}

static enum datalink_result
descend(struct datalink_layer l, struct slice *ip)
{
	unsigned tags = 0, headers = 0;

	while (!l.c.bad && l.type != DATALINK_ETHERTYPE_IPV4 &&
	    l.type != DATALINK_ETHERTYPE_IPV6) {
		type_reader *reader = reader_behind(l.type);

		if (reader == NULL)
			return DATALINK_NOT_IP;
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
	return reader_of(datalink) != NULL;
}

enum datalink_result
datalink_parse(int datalink, struct slice octets, struct slice *ip)
{
	type_reader *reader = reader_of(datalink);
	struct datalink_layer l = { .c = cursor_over(octets) };

	if (reader == NULL)
		return DATALINK_UNKNOWN;
	l.type = reader(&l.c);
	return descend(l, ip);
}

enum datalink_result
datalink_descend(uint16_t ethertype, struct slice octets, struct slice *ip)
{
	return descend((struct datalink_layer){ .type = ethertype,
			   .c = cursor_over(octets) },
	    ip);
}

const char *
datalink_name(enum datalink_result result)
{
	static const char *const names[DATALINK_RESULTS] = {
		[DATALINK_UNKNOWN] = "datalink.unknown",
		[DATALINK_SHORT] = "datalink.short",
		[DATALINK_NOT_IP] = "datalink.not_ip",
		[DATALINK_TOO_MANY_HEADERS] = "datalink.too_many_headers",
	};

	return names[result];
}
