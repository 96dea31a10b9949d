/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/esp.h"

#include "base/cursor.h"

enum { HEADER = 8, TRAILER = 2, UDP_HEADER = 8, TCP_HEADER = 20 };

/* Octets of the check value: SHA-1 and MD5 have 12, SHA-256 16, GMAC 16; some
 * have more, a few none. */
static const uint8_t check_values[] = { 12, 16, 0, 24, 32 };

/* RFC 4303: the padding counts up from 1. */
static bool
is_padding(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] != (uint8_t)(i + 1))
			return false;
	return true;
}

static bool
is_plausible(uint8_t protocol, struct slice s)
{
	struct cursor c = cursor_over(s);

	switch (protocol) {
	case IP_UDP:
		cursor_take(&c, 4);
		return cursor_u16(&c) == s.len && s.len >= UDP_HEADER;
	case IP_TCP:
		cursor_take(&c, 12);
		return s.len >= TCP_HEADER &&
		    (cursor_u8(&c) >> 4) * (size_t)4 <= s.len &&
		    s.p[12] >> 4 >= TCP_HEADER / 4;
	case IP_IPV4:
		return s.len > 0 && s.p[0] >> 4 == 4;
	case IP_IPV6:
		return s.len > 0 && s.p[0] >> 4 == 6;
	default:
		return false;
	}
}

static bool
open_with(struct ip *ip, struct slice octets, size_t check_value)
{
	size_t padding;
	uint8_t next;

	if (octets.len < check_value + TRAILER)
		return false;
	octets.len -= check_value + TRAILER;
	padding = octets.p[octets.len];
	next = octets.p[octets.len + 1];
	if (padding > octets.len)
		return false;
	octets.len -= padding;
	if (!is_padding(slice_of(octets.p + octets.len, padding)) ||
	    !is_plausible(next, octets))
		return false;
	ip->protocol = next;
	ip->payload = octets;
	ip->payload_len = octets.len;
	return true;
}

bool
esp_open(struct ip *ip)
{
	const struct slice octets = slice_after(ip->payload, HEADER);

	if (ip->payload.len != ip->payload_len || ip->payload.len < HEADER)
		return false;
	for (size_t i = 0; i < sizeof(check_values); i++)
		if (open_with(ip, octets, check_values[i]))
			return true;
	return false;
}
