/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/wireless.h"

enum {
	/* The first octet of a frame. */
	KIND = 0x0f, /* version and type */
	KIND_DATA = 0x08,
	NO_DATA = 0x40, /* of the subtype */
	QOS = 0x80,

	/* The second one. */
	TO_DS = 0x01,
	FROM_DS = 0x02,
	PROTECTED = 0x40,
	ORDER = 0x80, /* of a QoS frame: a HT Control field follows */

	AGGREGATED = 0x80, /* QoS control, first octet */

	RADIOTAP_TSFT = 1u << 0,
	RADIOTAP_FLAGS = 1u << 1,
	FLAG_PADDED = 0x20
};

#define RADIOTAP_MORE (UINT32_C(1) << 31)

struct frame {
	uint8_t kind, flags;
	bool padded; /* the header to a multiple of 4 octets */
};

/* Reads what follows the sequence control: its octets, and whether the body is
 * an A-MSDU. */
static size_t
read_rest(struct cursor *c, const struct frame *f, bool *aggregated)
{
	const size_t before = c->rest.len;
	uint16_t qos = 0;

	if ((f->flags & (TO_DS | FROM_DS)) == (TO_DS | FROM_DS))
		cursor_take(c, 6);
	if ((f->kind & QOS) != 0) {
		qos = cursor_u16(c);
		if ((f->flags & ORDER) != 0)
			cursor_take(c, 4);
	}
	*aggregated = (qos >> 8 & AGGREGATED) != 0;
	return before - c->rest.len;
}

/* Up to the body. */
static uint16_t
read_head(struct cursor *c, const struct frame *f, bool *aggregated)
{
	uint16_t sequence;
	size_t header;

	if ((f->kind & KIND) != KIND_DATA || (f->kind & NO_DATA) != 0)
		return LINKTYPE_NOTHING;
	cursor_take(c, 20); /* duration and three addresses */
	sequence = cursor_le16(c);
	if ((f->flags & PROTECTED) != 0)
		return LINKTYPE_ENCRYPTED;
	if ((sequence & 0xf) != 0) /* a later fragment */
		return LINKTYPE_NOTHING;
	header = 24 + read_rest(c, f, aggregated);
	if (f->padded)
		cursor_take(c, (4 - header % 4) % 4);
	return LINKTYPE_LLC;
}

static uint16_t
read_frame(struct cursor *c, const struct frame *f)
{
	bool aggregated = false;
	const uint16_t type = read_head(c, f, &aggregated);

	if (aggregated)
		cursor_take(c, 14); /* addresses and length of the first */
	return type;
}

uint16_t
wireless_frame(struct cursor *c)
{
	struct frame f = { .padded = false };

	f.kind = cursor_u8(c);
	f.flags = cursor_u8(c);
	return read_frame(c, &f);
}

uint16_t
wireless_capwap(struct cursor *c)
{
	struct frame f = { .padded = false };
	const uint8_t first = cursor_u8(c);
	const uint8_t second = cursor_u8(c);
	const bool swapped =
	    (first & KIND) != KIND_DATA && (second & KIND) == KIND_DATA;

	f.kind = swapped ? second : first;
	f.flags = swapped ? first : second;
	return read_frame(c, &f);
}

/* Only the flags are of interest; a time stamp of 8 octets, aligned, may
 * precede them. */
static bool
is_padded(struct slice header)
{
	struct cursor c = cursor_over(slice_after(header, 4));
	const uint32_t first = cursor_le32(&c);
	uint32_t present = first;
	size_t at;

	while ((present & RADIOTAP_MORE) != 0 && !c.bad)
		present = cursor_le32(&c);
	at = header.len - c.rest.len;
	if ((first & RADIOTAP_TSFT) != 0)
		at = (at + 7) / 8 * 8 + 8;
	c = cursor_over(slice_after(header, at));
	return (first & RADIOTAP_FLAGS) != 0 &&
	    (cursor_u8(&c) & FLAG_PADDED) != 0;
}

/* LINKTYPE_LLC: the cursor is at the frame, whose first octets *f has. */
static uint16_t
read_radiotap(struct cursor *c, struct frame *f)
{
	struct cursor ahead = *c;
	struct slice header;
	size_t len;

	cursor_take(&ahead, 2);
	len = cursor_le16(&ahead);
	if (!ahead.bad && (c->rest.p[0] != 0 || len < 8))
		return LINKTYPE_MALFORMED;
	header = cursor_take(c, ahead.bad ? 4 : len);
	if (c->bad)
		return LINKTYPE_NOTHING;
	f->padded = is_padded(header);
	f->kind = cursor_u8(c);
	f->flags = cursor_u8(c);
	return LINKTYPE_LLC;
}

uint16_t
wireless_radiotap(struct cursor *c)
{
	struct frame f = { .padded = false };
	const uint16_t type = read_radiotap(c, &f);

	return type == LINKTYPE_LLC ? read_frame(c, &f) : type;
}

static bool
find_parts(struct cursor *c, const struct frame *f, struct slice *parts)
{
	bool aggregated = false;

	if (read_head(c, f, &aggregated) != LINKTYPE_LLC || c->bad ||
	    !aggregated)
		return false;
	*parts = c->rest;
	return true;
}

bool
wireless_parts(struct slice octets, struct slice *parts)
{
	struct cursor c = cursor_over(octets);
	struct frame f = { .padded = false };

	f.kind = cursor_u8(&c);
	f.flags = cursor_u8(&c);
	return find_parts(&c, &f, parts);
}

bool
wireless_radiotap_parts(struct slice octets, struct slice *parts)
{
	struct cursor c = cursor_over(octets);
	struct frame f = { .padded = false };

	return read_radiotap(&c, &f) == LINKTYPE_LLC &&
	    find_parts(&c, &f, parts);
}
