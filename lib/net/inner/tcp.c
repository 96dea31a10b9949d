/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcp.h"

#include "base/cursor.h"

enum { LEAST_HEADER = 20, FLAGS = 0x3f };

bool
tcp_parse(struct slice segment, size_t len, struct tcp *tcp)
{
	const struct slice captured = slice_first(segment, len);
	struct cursor c = cursor_over(captured);
	const uint16_t source_port = cursor_u16(&c);
	const uint16_t destination_port = cursor_u16(&c);
	const uint32_t sequence = cursor_u32(&c);
	const uint32_t acknowledgement = cursor_u32(&c);
	const size_t header = (size_t)(cursor_u8(&c) >> 4) * 4;
	const uint8_t flags = cursor_u8(&c) & FLAGS;
	const uint16_t window = cursor_u16(&c);

	if (c.bad || header < LEAST_HEADER || header > captured.len)
		return false;

	*tcp = (struct tcp){
		.source_port = source_port,
		.destination_port = destination_port,
		.sequence = sequence,
		.acknowledgement = acknowledgement,
		.flags = flags,
		.window = window,
		.payload = slice_after(captured, header),
		.payload_len = len - header,
	};
	return true;
}
