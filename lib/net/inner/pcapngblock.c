/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/pcapngblock.h"

enum {
	MAX_BODY = 8192, /* octets read of an interface or its statistics */

	OPTION_END = 0,
	INTERFACE_RESOLUTION = 9,
	INTERFACE_OFFSET = 14,
	STATISTICS_END_TIME = 3,
	STATISTICS_INTERFACE_DROPS = 5,
	STATISTICS_SYSTEM_DROPS = 7,

	SIMPLE_FIELDS = 4,
	PACKET_FIELDS = 20,
	SECRETS_FIELDS = 8
};

#define MAGIC UINT32_C(0x1a2b3c4d)

/* The next option: its code, and *value borrowed.  OPTION_END at the end. */
static uint16_t
next_option(struct cursor *c, bool little, struct slice *value)
{
	const uint16_t code = cursor_ordered16(c, little);
	const size_t len = cursor_ordered16(c, little);

	*value = cursor_take(c, len);
	c->rest = slice_after(c->rest, (4 - len % 4) % 4);
	return c->bad ? OPTION_END : code;
}

bool
pcapngblock_parse(struct slice octets, bool little, struct pcapngblock *block)
{
	struct cursor c = cursor_over(octets);
	const uint32_t type = cursor_ordered32(&c, little);
	const uint32_t total = cursor_ordered32(&c, little);

	if (c.bad || total < PCAPNGBLOCK_FRAME)
		return false;
	*block = (struct pcapngblock){
		.little = little,
		.type = type,
		.total = total,
		/* Some writers do not count the padding. */
		.body_len = ((uint64_t)total + 3) / 4 * 4 - PCAPNGBLOCK_FRAME,
		.body = c,
	};
	block->body.rest = slice_first(c.rest, block->body_len);
	return true;
}

bool
pcapngblock_order(struct slice octets, bool *little)
{
	struct cursor c = cursor_over(slice_after(octets, PCAPNGBLOCK_HEAD));
	const uint32_t magic = cursor_u32(&c);
	const bool swapped = magic == __builtin_bswap32(MAGIC);

	if ((magic != MAGIC && !swapped) || cursor_ordered16(&c, swapped) != 1)
		return false;
	*little = swapped;
	return true;
}

bool
pcapngblock_last(struct slice octets, bool little, struct pcapngblock *block)
{
	struct cursor c;
	uint32_t total;

	if (octets.len < PCAPNGBLOCK_FRAME)
		return false;
	c = cursor_over(slice_after(octets, octets.len - 4));
	total = cursor_ordered32(&c, little);
	return total <= octets.len && total % 4 == 0 &&
	    pcapngblock_parse(
		slice_after(octets, octets.len - total), little, block) &&
	    block->total == total;
}

size_t
pcapngblock_wanted(const struct pcapngblock *b)
{
	size_t wanted = 0;

	switch (b->type) {
	case PCAPNGBLOCK_SECTION:
		wanted = 8;
		break;
	case PCAPNGBLOCK_INTERFACE:
	case PCAPNGBLOCK_STATISTICS:
		wanted = MAX_BODY;
		break;
	case PCAPNGBLOCK_ENHANCED_PACKET:
	case PCAPNGBLOCK_OLD_PACKET:
		wanted = PACKET_FIELDS;
		break;
	case PCAPNGBLOCK_SIMPLE_PACKET:
		wanted = SIMPLE_FIELDS;
		break;
	case PCAPNGBLOCK_SECRETS:
		wanted = SECRETS_FIELDS;
		break;
	}
	return b->body_len < wanted ? (size_t)b->body_len : wanted;
}

struct pcapngblock_interface
pcapngblock_interface(const struct pcapngblock *b)
{
	struct pcapngblock_interface i = { .clock = pcapngtime_default };
	struct cursor c = b->body;
	struct slice value;
	uint16_t code;

	i.datalink = cursor_ordered16(&c, b->little);
	cursor_take(&c, 2);
	i.snaplen = cursor_ordered32(&c, b->little);
	while ((code = next_option(&c, b->little, &value)) != OPTION_END) {
		struct cursor v = cursor_over(value);

		if (code == INTERFACE_RESOLUTION && value.len == 1)
			i.clock.resolution = cursor_u8(&v);
		else if (code == INTERFACE_OFFSET && value.len == 8)
			i.clock.offset =
			    (int64_t)cursor_ordered64(&v, b->little);
	}
	return i;
}

struct pcapngblock_statistics
pcapngblock_statistics(const struct pcapngblock *b)
{
	struct cursor c = b->body;
	struct pcapngblock_statistics s = {
		.interface = cursor_ordered32(&c, b->little),
	};
	struct slice value;
	uint16_t code;

	cursor_take(&c, 8);
	while ((code = next_option(&c, b->little, &value)) != OPTION_END) {
		struct cursor v = cursor_over(value);

		if (value.len != 8)
			continue;
		if (code == STATISTICS_INTERFACE_DROPS ||
		    code == STATISTICS_SYSTEM_DROPS)
			s.dropped += cursor_ordered64(&v, b->little);
		if (code != STATISTICS_END_TIME)
			continue;
		s.has_end = true;
		s.end = (uint64_t)cursor_ordered32(&v, b->little) << 32;
		s.end |= cursor_ordered32(&v, b->little);
	}
	return s;
}

/* The block holds only the length on the wire: what was captured is that, up to
 * the snaplen, and ends with the block. */
static bool
simple_packet(const struct pcapngblock *b, uint32_t snaplen,
    struct pcapngblock_packet *packet)
{
	struct cursor c = b->body;
	const uint32_t len = cursor_ordered32(&c, b->little);
	uint64_t caplen = len;

	if (c.bad)
		return false;
	if (snaplen != 0 && snaplen < caplen)
		caplen = snaplen;
	if (caplen > b->body_len - SIMPLE_FIELDS)
		caplen = b->body_len - SIMPLE_FIELDS;
	*packet = (struct pcapngblock_packet){
		.caplen = (uint32_t)caplen,
		.len = len,
		.octets = SIMPLE_FIELDS,
	};
	return true;
}

bool
pcapngblock_packet(const struct pcapngblock *b, uint32_t snaplen,
    struct pcapngblock_packet *packet)
{
	struct cursor c = b->body;
	struct pcapngblock_packet p = {
		.stamped = true,
		.octets = PACKET_FIELDS,
	};

	if (b->type == PCAPNGBLOCK_SIMPLE_PACKET)
		return simple_packet(b, snaplen, packet);
	p.interface = cursor_ordered32(&c, b->little);
	if (b->type == PCAPNGBLOCK_OLD_PACKET) {
		c = b->body;
		p.interface = cursor_ordered16(&c, b->little);
		cursor_take(&c, 2);
	}
	p.stamp = (uint64_t)cursor_ordered32(&c, b->little) << 32;
	p.stamp |= cursor_ordered32(&c, b->little);
	p.caplen = cursor_ordered32(&c, b->little);
	p.len = cursor_ordered32(&c, b->little);
	if (c.bad || p.caplen > b->body_len - PACKET_FIELDS)
		return false;
	*packet = p;
	return true;
}

bool
pcapngblock_secrets(const struct pcapngblock *b, uint32_t *type, uint32_t *len)
{
	struct cursor c = b->body;
	const uint32_t kind = cursor_ordered32(&c, b->little);
	const uint32_t octets = cursor_ordered32(&c, b->little);

	if (c.bad || octets > b->body_len - SECRETS_FIELDS)
		return false;
	*type = kind;
	*len = octets;
	return true;
}
