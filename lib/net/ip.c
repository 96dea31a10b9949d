/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/ip.h"

#include "base/cursor.h"

enum {
	V4_HEADER = 20,
	V6_HEADER = 40,
	MAX_HEADERS = 8, /* extension headers of one packet */

	HOP_BY_HOP = 0,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51,
	DESTINATION = 60,
	MOBILITY = 135,

	OPTION_PAD1 = 0,
	OPTION_JUMBO = 0xc2
};

/* The payload is what is left of `octets' after `taken', up to `total' (the
 * packet's length by its header). */
static void
set_payload(struct ip *ip, struct slice octets, size_t taken, size_t total)
{
	ip->payload = slice_between(octets, taken, total);
	ip->payload_len = total - taken;
}

/* Whether the hop-by-hop header at the front marks a jumbogram. */
static bool
is_jumbo(struct slice header)
{
	struct cursor c = cursor_over(header);
	const size_t len = (cursor_u16(&c) & 0xff) * (size_t)8 + 8;

	c.rest = slice_first(c.rest, len - 2);
	while (c.rest.len > 0 && !c.bad) {
		const uint8_t type = cursor_u8(&c);

		if (type == OPTION_JUMBO)
			return true;
		if (type != OPTION_PAD1)
			cursor_take(&c, cursor_u8(&c));
	}
	return false;
}

/* RFC 8200 section 4.5, from behind the next header. */
static void
read_fragment(struct cursor *c, struct ip *ip)
{
	const uint32_t offset = cursor_u24(c);

	ip->identification = cursor_u32(c);
	ip->more = (offset & 1) != 0;
	ip->offset = (uint16_t)(offset & 0xfff8);
	ip->fragment = ip->more || ip->offset != 0;
}

/* Skip one extension header, of type ip->protocol. */
static void
skip_header(struct cursor *c, struct ip *ip)
{
	const uint8_t header = ip->protocol;

	ip->protocol = cursor_u8(c);
	if (header == FRAGMENT)
		read_fragment(c, ip);
	else if (header == AUTHENTICATION)
		cursor_take(c, (cursor_u8(c) + (size_t)2) * 4 - 2);
	else
		cursor_take(c, cursor_u8(c) * (size_t)8 + 6);
}

static bool
is_extension(uint8_t protocol)
{
	return protocol == HOP_BY_HOP || protocol == ROUTING ||
	    protocol == FRAGMENT || protocol == AUTHENTICATION ||
	    protocol == DESTINATION || protocol == MOBILITY;
}

static enum ip_result
skip_headers(struct ip *ip, bool reassembled)
{
	struct ip inner = *ip;
	struct cursor c = cursor_over(ip->payload);
	size_t taken;

	for (unsigned n = 0; is_extension(inner.protocol); n++) {
		if (n == MAX_HEADERS)
			return IP_TOO_MANY_HEADERS;
		if (inner.protocol == FRAGMENT && reassembled)
			return IP_MALFORMED;
		skip_header(&c, &inner);
		if (c.bad)
			return IP_SHORT;
		if (inner.fragment)
			break;
	}
	taken = ip->payload.len - c.rest.len;
	inner.payload = c.rest;
	inner.payload_len = ip->payload_len - taken;
	*ip = inner;
	return IP_OK;
}

static enum ip_result
parse_v4(struct slice octets, size_t len, struct ip *ip)
{
	struct cursor c = cursor_over(octets);
	const size_t header = (cursor_u16(&c) >> 8 & 0x0f) * (size_t)4;
	const size_t stated = cursor_u16(&c);
	const size_t total = stated == 0 ? len : stated;
	const uint16_t identification = cursor_u16(&c);
	const uint16_t flags = cursor_u16(&c);
	const uint8_t protocol = cursor_u16(&c) & 0xff;
	const uint16_t checksum = cursor_u16(&c);
	const struct slice from = cursor_take(&c, 4);
	const struct slice to = cursor_take(&c, 4);
	enum ip_result result = IP_OK;
	struct ip found;

	(void)checksum;
	if (c.bad || octets.len < header)
		return IP_SHORT;
	if (header < V4_HEADER || total < header)
		return IP_MALFORMED;
	found = (struct ip){
		.from = endpoint_address(from),
		.to = endpoint_address(to),
		.protocol = protocol,
		.fragment = (flags & 0x3fff) != 0,
		.more = (flags & 0x2000) != 0,
		.offset = (uint16_t)((flags & 0x1fff) * 8),
		.identification = identification,
	};
	set_payload(&found, octets, header, total);
	if (protocol == AUTHENTICATION && !found.fragment)
		result = skip_headers(&found, false);
	if (result == IP_OK)
		*ip = found;
	return result;
}

static enum ip_result
parse_v6(struct slice octets, size_t len, struct ip *ip)
{
	struct cursor c = cursor_over(octets);
	const uint32_t version_class_flow = cursor_u32(&c);
	const size_t stated = cursor_u16(&c);
	const size_t total = stated == 0 ? len : V6_HEADER + stated;
	const uint8_t protocol = cursor_u16(&c) >> 8;
	const struct slice from = cursor_take(&c, 16);
	const struct slice to = cursor_take(&c, 16);
	struct ip found = {
		.from = endpoint_address(from),
		.to = endpoint_address(to),
		.protocol = protocol,
	};
	enum ip_result result;

	(void)version_class_flow;
	if (c.bad)
		return IP_SHORT;
	if (stated == 0 && protocol == HOP_BY_HOP && is_jumbo(c.rest))
		return IP_JUMBO;
	set_payload(&found, octets, V6_HEADER, total);
	result = skip_headers(&found, false);
	if (result == IP_OK)
		*ip = found;
	return result;
}

enum ip_result
ip_parse(struct slice octets, size_t len, struct ip *ip)
{
	if (octets.len == 0)
		return IP_SHORT;
	switch (octets.p[0] >> 4) {
	case 4:
		return parse_v4(octets, len, ip);
	case 6:
		return parse_v6(octets, len, ip);
	default:
		return IP_MALFORMED;
	}
}

enum ip_result
ip_skip_headers(struct ip *ip)
{
	if (ip->from.version != 6 && ip->protocol != AUTHENTICATION)
		return IP_OK;
	return skip_headers(ip, true);
}

const char *
ip_name(enum ip_result result)
{
	static const char *const names[IP_RESULTS] = {
		[IP_SHORT] = "ip.short",
		[IP_MALFORMED] = "ip.malformed",
		[IP_JUMBO] = "ip.jumbo",
		[IP_TOO_MANY_HEADERS] = "ip.too_many_headers",
	};

	return names[result];
}
