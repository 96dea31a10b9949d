/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/udp.h"

#include "base/cursor.h"

enum { HEADER = 8 };

bool
udp_parse(struct slice datagram, size_t len, struct udp *udp)
{
	struct cursor c = cursor_over(datagram);
	const uint16_t source_port = cursor_u16(&c);
	const uint16_t destination_port = cursor_u16(&c);
	const size_t length = cursor_u16(&c);
	const uint16_t checksum = cursor_u16(&c);

	if (c.bad || length < HEADER || length > len)
		return false;
	*udp = (struct udp){
		.source_port = source_port,
		.destination_port = destination_port,
		.checksum = checksum,
		.payload = slice_first(c.rest, length - HEADER),
		.payload_len = length - HEADER,
	};
	return true;
}
