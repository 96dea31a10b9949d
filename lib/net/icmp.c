/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/icmp.h"

#include "base/cursor.h"
#include "net/ip.h"

enum { V4_UNREACHABLE = 3, V4_FRAGMENTATION_NEEDED = 4, V6_UNREACHABLE = 1 };

static bool
is_unreachable(uint8_t version, uint8_t type, uint8_t code)
{
	if (version == 4)
		return type == V4_UNREACHABLE &&
		    code != V4_FRAGMENTATION_NEEDED;
	return type == V6_UNREACHABLE;
}

bool
icmp_parse(struct slice octets, uint8_t version, struct icmp_unreachable *icmp)
{
	struct cursor c = cursor_over(octets);
	const uint8_t type = cursor_u8(&c);
	const uint8_t code = cursor_u8(&c);
	const struct slice checksum_unused = cursor_take(&c, 6);
	uint16_t source_port, destination_port;
	uint32_t sequence;
	struct ip quoted;

	(void)checksum_unused;
	if (c.bad || !is_unreachable(version, type, code) ||
	    ip_parse(c.rest, c.rest.len, &quoted) != IP_OK)
		return false;
	if (quoted.from.version != version || quoted.offset != 0 ||
	    (quoted.protocol != IP_UDP && quoted.protocol != IP_TCP))
		return false;
	c = cursor_over(quoted.payload);
	source_port = cursor_u16(&c);
	destination_port = cursor_u16(&c);
	if (c.bad)
		return false;
	sequence = quoted.protocol == IP_TCP ? cursor_u32(&c) : 0;
	*icmp = (struct icmp_unreachable){
		.code = code,
		.protocol = quoted.protocol,
		.from = { quoted.from, source_port },
		.to = { quoted.to, destination_port },
		.sequence = sequence,
	};
	return true;
}
