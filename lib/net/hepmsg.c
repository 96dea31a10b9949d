/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/hepmsg.h"

#include <zlib.h>

#include "base/cursor.h"

/* Chunks of version 3, those of vendor 0.  The rest is skipped. */
enum hep_chunk {
	CHUNK_PROTOCOL = 2,
	CHUNK_FROM_V4 = 3,
	CHUNK_TO_V4 = 4,
	CHUNK_FROM_V6 = 5,
	CHUNK_TO_V6 = 6,
	CHUNK_FROM_PORT = 7,
	CHUNK_TO_PORT = 8,
	CHUNK_SECONDS = 9,
	CHUNK_MICROSECONDS = 10,
	CHUNK_KIND = 11,
	CHUNK_AGENT = 12,
	CHUNK_KEY = 14,
	CHUNK_PAYLOAD = 15,
	CHUNK_COMPRESSED = 16
};

enum {
	HEADER = 6,       /* "HEP3" and the length */
	CHUNK_HEADER = 6, /* vendor, type, length */
	FAMILY_V4 = 2,
	MICROSECONDS = 1000000,
	ZLIB_OR_GZIP = 32 /* added to the window's bits, see zlib.h */
};

/* Agents that do not know an address send 0.0.0.0, and those with one socket
 * for both families may send 192.0.2.1 as ::ffff:192.0.2.1. */
static struct address
address_of(struct slice octets)
{
	static const struct address nowhere = { .version = 4 };
	const struct address a = endpoint_unmapped(endpoint_address(octets));

	return endpoint_address_equal(&a, &nowhere)
	    ? (struct address){ .version = 0 }
	    : a;
}

static void
take_address(struct address *into, struct slice octets)
{
	const struct address a = address_of(octets);

	if (a.version != 0)
		*into = a;
}

/* One whose fraction is a second or more is of another unit, or no time. */
static void
take_stamp(struct hepmsg *m, uint32_t seconds, uint32_t microseconds)
{
	m->bad_stamp = seconds != 0 && microseconds >= MICROSECONDS;
	if (seconds != 0 && !m->bad_stamp)
		m->stamp = seconds * NSTIME_S + microseconds * NSTIME_US;
}

/* Numbers of another size than theirs are as good as absent. */
static uint32_t
number_of(struct slice octets, size_t size)
{
	struct cursor c = cursor_over(octets);

	return octets.len == size ? (uint32_t)cursor_number(&c, size) : 0;
}

static void
take_payload(struct hepmsg *m, struct slice octets, bool compressed)
{
	m->payload = octets;
	m->compressed = compressed;
}

struct seconds {
	uint32_t seconds, microseconds;
};

static void
read_chunk(struct hepmsg *m, struct seconds *stamp, enum hep_chunk type,
    struct slice octets)
{
	switch (type) {
	case CHUNK_PROTOCOL:
		m->protocol = (uint8_t)number_of(octets, 1);
		break;
	case CHUNK_FROM_V4:
	case CHUNK_FROM_V6:
		take_address(&m->from.address, octets);
		break;
	case CHUNK_TO_V4:
	case CHUNK_TO_V6:
		take_address(&m->to.address, octets);
		break;
	case CHUNK_FROM_PORT:
		m->from.port = (uint16_t)number_of(octets, 2);
		break;
	case CHUNK_TO_PORT:
		m->to.port = (uint16_t)number_of(octets, 2);
		break;
	case CHUNK_SECONDS:
		stamp->seconds = number_of(octets, 4);
		break;
	case CHUNK_MICROSECONDS:
		stamp->microseconds = number_of(octets, 4);
		break;
	case CHUNK_KIND:
		m->kind = (uint8_t)number_of(octets, 1);
		break;
	case CHUNK_AGENT:
		m->agent = number_of(octets, 4);
		break;
	case CHUNK_KEY:
		m->key = octets;
		break;
	case CHUNK_PAYLOAD:
	case CHUNK_COMPRESSED:
		take_payload(m, octets, type == CHUNK_COMPRESSED);
		break;
	}
}

/* Chunks fill the packet to its end. */
static enum hepmsg_answer
version_3(struct slice octets, struct hepmsg *m, size_t *len)
{
	struct cursor c = cursor_over(slice_after(octets, 4));
	const size_t total = cursor_u16(&c);
	struct seconds stamp = { 0, 0 };
	struct hepmsg found = { .version = 3, .kind = HEPMSG_SIP };

	if (c.bad)
		return HEPMSG_PARTIAL;
	if (total < HEADER)
		return HEPMSG_MALFORMED;
	if (octets.len < total)
		return HEPMSG_PARTIAL;
	c.rest = slice_first(c.rest, total - HEADER);
	while (c.rest.len > 0) {
		const uint16_t vendor = cursor_u16(&c);
		const uint16_t type = cursor_u16(&c);
		const size_t size = cursor_u16(&c);
		struct slice chunk;

		if (size < CHUNK_HEADER)
			return HEPMSG_MALFORMED;
		chunk = cursor_take(&c, size - CHUNK_HEADER);
		if (c.bad)
			return HEPMSG_MALFORMED;
		if (vendor == 0)
			read_chunk(&found, &stamp, type, chunk);
	}
	if (found.kind == HEPMSG_UNTOLD)
		found.kind = HEPMSG_SIP;
	take_stamp(&found, stamp.seconds, stamp.microseconds);
	*m = found;
	*len = total;
	return HEPMSG_PARSED;
}

/* Unlike the rest of the packet the time is in the order of the agent's
 * processor: little-endian, but for a few. */
static void
read_old_time(struct cursor *c, struct hepmsg *m)
{
	struct cursor big = *c;
	uint32_t seconds = cursor_le32(c), microseconds = cursor_le32(c);

	m->agent = cursor_le16(c);
	cursor_take(c, 2); /* padding */
	if (microseconds >= MICROSECONDS) {
		seconds = cursor_u32(&big);
		microseconds = cursor_u32(&big);
		m->agent = cursor_u16(&big);
	}
	take_stamp(m, seconds, microseconds);
}

/* The length octet is not to be relied on: sngrep sends 0.  The number of the
 * family for IPv6 is that of the agent's system. */
static enum hepmsg_answer
version_1_or_2(struct slice octets, struct hepmsg *m, size_t *len)
{
	struct cursor c = cursor_over(octets);
	struct hepmsg found = { .version = cursor_u8(&c), .kind = HEPMSG_SIP };
	size_t address;

	cursor_u8(&c);
	address = cursor_u8(&c) == FAMILY_V4 ? 4 : 16;
	found.protocol = cursor_u8(&c);
	found.from.port = cursor_u16(&c);
	found.to.port = cursor_u16(&c);
	found.from.address = address_of(cursor_take(&c, address));
	found.to.address = address_of(cursor_take(&c, address));
	if (found.version == 2)
		read_old_time(&c, &found);
	if (c.bad)
		return HEPMSG_MALFORMED;
	found.payload = c.rest;
	*m = found;
	*len = octets.len;
	return HEPMSG_PARSED;
}

enum hepmsg_answer
hepmsg_parse(struct slice octets, struct hepmsg *m, size_t *len)
{
	if (slice_agree(octets, slice_text("HEP3")))
		return version_3(octets, m, len);
	if (octets.p[0] == 1 || octets.p[0] == 2)
		return version_1_or_2(octets, m, len);
	return HEPMSG_MALFORMED;
}

bool
hepmsg_inflate(struct slice compressed, uint8_t *store, size_t *len)
{
	z_stream z = {
		.next_in = (z_const Bytef *)(uintptr_t)compressed.p,
		.avail_in = (uInt)compressed.len,
		.next_out = store,
		.avail_out = HEPMSG_MOST,
	};
	int result;

	if (compressed.len > HEPMSG_MOST ||
	    inflateInit2(&z, MAX_WBITS + ZLIB_OR_GZIP) != Z_OK)
		return false;
	result = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	if (result != Z_STREAM_END)
		return false;
	*len = HEPMSG_MOST - z.avail_out;
	return true;
}
