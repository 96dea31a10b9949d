/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/tlsrecord.h"

#include "base/cursor.h"

/* The first three octets of an SSLv2 hello, which follow the two octets of its
 * length. */
enum { SSLV2_HEADER_OCTETS = 2, SSLV2_CLIENT_HELLO = 1, SSLV2_LEAST = 9 };

void
tlsrecord_init(struct tlsrecord *r, bool midway)
{
	*r = (struct tlsrecord){ .state = midway ? TLSRECORD_HUNT
						 : TLSRECORD_BEGIN };
}

struct header {
	uint8_t type;
	uint16_t version, size;
};

static bool
parse_header(struct slice octets, struct header *header)
{
	struct cursor c = cursor_over(octets);

	header->type = cursor_u8(&c);
	header->version = cursor_u16(&c);
	header->size = cursor_u16(&c);
	return !c.bad && header->type >= TLSRECORD_CHANGE_CIPHER_SPEC &&
	    header->type <= TLSRECORD_HEARTBEAT && header->version >> 8 == 3 &&
	    header->size <= TLSRECORD_MOST_OCTETS;
}

bool
tlsrecord_plausible(struct slice segment)
{
	struct header header;

	if (!parse_header(segment, &header) || header.size == 0)
		return false;
	do
		segment =
		    slice_after(segment, TLSRECORD_HEADER_OCTETS + header.size);
	while (segment.len >= TLSRECORD_HEADER_OCTETS &&
	    parse_header(segment, &header));
	return segment.len < TLSRECORD_HEADER_OCTETS;
}

void
tlsrecord_input(struct tlsrecord *r, struct slice octets)
{
	r->rest = octets;
	if (r->state == TLSRECORD_HUNT && tlsrecord_plausible(octets)) {
		r->state = TLSRECORD_HEADER;
		r->have = 0;
	}
}

static void
begin_body(struct tlsrecord *r, const struct header *header)
{
	r->state = TLSRECORD_BODY;
	r->type = header->type;
	r->version = header->version;
	r->size = r->left = header->size;
	r->first = true;
	r->holed = false;
	r->have = 0;
}

/*
 * RFC 5246 appendix E.2: two octets of length with the top bit set, the type
 * of the message, the version.  The octets of `header' after the length are
 * the first part of the body.
 */
static bool
begins_sslv2(const struct tlsrecord *r, struct header *header)
{
	const uint8_t *p = r->header;

	*header = (struct header){
		.type = TLSRECORD_SSLV2_HELLO,
		.version = (uint16_t)(p[3] << 8 | p[4]),
		.size = (uint16_t)((p[0] & 0x7f) << 8 | p[1]),
	};
	return r->state == TLSRECORD_BEGIN && (p[0] & 0x80) != 0 &&
	    p[2] == SSLV2_CLIENT_HELLO && (p[3] == 3 || header->version == 2) &&
	    header->size >= SSLV2_LEAST;
}

/* False: more octets are needed, or there is no record here. */
static bool
take_header(struct tlsrecord *r)
{
	const size_t wanted = TLSRECORD_HEADER_OCTETS - (size_t)r->have;
	const struct slice taken = slice_first(r->rest, wanted);
	struct header header;

	if (taken.len > 0)
		memcpy(r->header + r->have, taken.p, taken.len);
	r->have = (uint8_t)(r->have + taken.len);
	r->rest = slice_after(r->rest, taken.len);
	if (r->have < TLSRECORD_HEADER_OCTETS)
		return false;
	if (parse_header(slice_of(r->header, sizeof(r->header)), &header) ||
	    begins_sslv2(r, &header)) {
		begin_body(r, &header);
		return true;
	}
	r->state =
	    r->state == TLSRECORD_BEGIN ? TLSRECORD_FOREIGN : TLSRECORD_HUNT;
	return false;
}

static struct slice
take_body(struct tlsrecord *r)
{
	struct slice body;

	if (r->type == TLSRECORD_SSLV2_HELLO && r->first) {
		body = slice_of(r->header + SSLV2_HEADER_OCTETS,
		    TLSRECORD_HEADER_OCTETS - SSLV2_HEADER_OCTETS);
	} else {
		body = slice_first(r->rest, r->left);
		r->rest = slice_after(r->rest, body.len);
	}
	r->left -= body.len;
	return body;
}

bool
tlsrecord_next(struct tlsrecord *r, struct tlsrecord_part *part)
{
	if (r->state == TLSRECORD_HUNT || r->state == TLSRECORD_FOREIGN ||
	    (r->state != TLSRECORD_BODY && !take_header(r))) {
		r->rest = slice_of(NULL, 0);
		return false;
	}
	if (r->rest.len == 0 && r->left > 0 &&
	    (r->type != TLSRECORD_SSLV2_HELLO || !r->first))
		return false;
	*part = (struct tlsrecord_part){
		.type = r->type,
		.version = r->version,
		.size = r->size,
		.body = take_body(r),
		.first = r->first,
		.last = r->left == 0,
		.holed = r->holed,
	};
	r->first = false;
	if (part->last)
		r->state = TLSRECORD_HEADER;
	return true;
}

size_t
tlsrecord_rest(const struct tlsrecord *r)
{
	return r->rest.len;
}

bool
tlsrecord_gap(struct tlsrecord *r, uint64_t lost)
{
	if (r->state == TLSRECORD_FOREIGN)
		return true;
	if (r->state == TLSRECORD_BODY && lost < r->left) {
		r->left -= (size_t)lost;
		r->holed = true;
		return true;
	}
	if (r->state == TLSRECORD_BODY && lost == r->left) {
		r->state = TLSRECORD_HEADER;
		return true;
	}
	r->state = TLSRECORD_HUNT;
	return false;
}
