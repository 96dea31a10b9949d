/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/pcapngout.h"

#include <stdlib.h>

#include "net/inner/pcapngblock.h"

enum {
	OPTION_COMMENT = 1,
	OPTION_APPLICATION = 4, /* shb_userappl */
	OPTION_RESOLUTION = 9,  /* if_tsresol */
	NANOSECONDS = 9,
	LONGEST_OPTION = 65532
};

static uint8_t *
extend(struct pcapngout *o, size_t len)
{
	uint8_t *at;

	if (o->len + len > o->room && !o->failed) {
		const size_t room = 2 * o->room + len + 1024;
		uint8_t *grown = realloc(o->octets, room);

		o->failed = grown == NULL;
		if (grown != NULL) {
			o->octets = grown;
			o->room = room;
		}
	}
	if (o->failed)
		return NULL;
	at = o->octets + o->len;
	o->len += len;
	return at;
}

/* `octets' of them, the least significant first. */
static void
put_number(struct pcapngout *o, uint64_t n, size_t octets)
{
	uint8_t *at = extend(o, octets);

	for (size_t i = 0; at != NULL && i < octets; i++)
		at[i] = (uint8_t)(n >> 8 * i);
}

static size_t
padded(size_t len)
{
	return (len + 3) / 4 * 4;
}

static uint8_t *
put_padded(struct pcapngout *o, struct slice s)
{
	uint8_t *at = extend(o, padded(s.len));

	if (at == NULL)
		return NULL;
	memset(at, 0, padded(s.len));
	if (s.len > 0)
		memcpy(at, s.p, s.len);
	return at;
}

static void
put_option(struct pcapngout *o, uint16_t code, struct slice value)
{
	value = slice_first(value, LONGEST_OPTION);
	if (value.len == 0)
		return;
	put_number(o, code, 2);
	put_number(o, value.len, 2);
	put_padded(o, value);
}

/* Where the block begins. */
static size_t
begin_block(struct pcapngout *o, uint32_t type)
{
	const size_t start = o->len;

	put_number(o, type, 4);
	put_number(o, 0, 4); /* end_block() knows it */
	return start;
}

static void
end_block(struct pcapngout *o, size_t start)
{
	size_t total;

	put_number(o, 0, 4); /* opt_endofopt */
	total = o->len + 4 - start;
	put_number(o, total, 4);
	for (size_t i = 0; i < 4 && !o->failed; i++)
		o->octets[start + 4 + i] = (uint8_t)(total >> 8 * i);
}

void
pcapngout_init(
    struct pcapngout *o, const char *application, struct slice comment)
{
	size_t start;

	*o = (struct pcapngout){ .octets = NULL };
	start = begin_block(o, PCAPNGBLOCK_SECTION);
	put_number(o, 0x1a2b3c4d, 4);
	put_number(o, 1, 2);
	put_number(o, 0, 2);
	put_number(o, UINT64_MAX, 8); /* its length is not given */
	put_option(o, OPTION_COMMENT, comment);
	put_option(o, OPTION_APPLICATION, slice_text(application));
	end_block(o, start);
}

void
pcapngout_done(struct pcapngout *o)
{
	free(o->octets);
	*o = (struct pcapngout){ .octets = NULL };
}

uint32_t
pcapngout_interface(struct pcapngout *o, int datalink)
{
	const uint8_t resolution = NANOSECONDS;
	const size_t start = begin_block(o, PCAPNGBLOCK_INTERFACE);

	put_number(o, (uint16_t)datalink, 2);
	put_number(o, 0, 2);
	put_number(o, 0, 4); /* no snapshot length */
	put_option(o, OPTION_RESOLUTION, slice_of(&resolution, 1));
	end_block(o, start);
	return o->interfaces++;
}

uint8_t *
pcapngout_packet(struct pcapngout *o, const struct pcapngout_packet *packet)
{
	const size_t start = begin_block(o, PCAPNGBLOCK_ENHANCED_PACKET);
	size_t at;

	put_number(o, packet->interface, 4);
	put_number(o, (uint64_t)packet->wall >> 32, 4);
	put_number(o, (uint64_t)packet->wall & UINT32_MAX, 4);
	put_number(o, packet->octets.len, 4);
	put_number(o, packet->len, 4);
	at = o->len;
	put_padded(o, packet->octets);
	put_option(o, OPTION_COMMENT, packet->comment);
	end_block(o, start);
	return o->failed ? NULL : o->octets + at;
}
