/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/tlsrecord.h"

#include "base/cursor.h"
#include "tls/inner/handshake.h"

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

/*
 * RFC 5246 appendix E.2: two octets of length with the top bit set, the type
 * of the message, the version.  The octets of the header after the length are
 * the first part of the body.
 */
static bool
parse_sslv2(const uint8_t *p, struct header *header)
{
	*header = (struct header){
		.type = TLSRECORD_SSLV2_HELLO,
		.version = (uint16_t)(p[3] << 8 | p[4]),
		.size = (uint16_t)((p[0] & 0x7f) << 8 | p[1]),
	};
	return (p[0] & 0x80) != 0 && p[2] == SSLV2_CLIENT_HELLO &&
	    (p[3] == 3 || header->version == 2) && header->size >= SSLV2_LEAST;
}

/* The record's header is whole.  False: it is none. */
static bool
header_of(const struct tlsrecord *r, struct header *header)
{
	return r->sslv2
	    ? parse_sslv2(r->header, header)
	    : parse_header(slice_of(r->header, sizeof(r->header)), header);
}

bool
tlsrecord_may_begin(struct slice octets)
{
	return octets.len > 0 &&
	    (octets.p[0] == TLSRECORD_HANDSHAKE || octets.p[0] >= 0x80);
}

bool
tlsrecord_is_client_hello(struct slice octets)
{
	return octets.len > TLSRECORD_HEADER_OCTETS &&
	    octets.p[0] == TLSRECORD_HANDSHAKE &&
	    octets.p[TLSRECORD_HEADER_OCTETS] == HANDSHAKE_CLIENT_HELLO;
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
	if (r->state == TLSRECORD_HUNT && tlsrecord_plausible(octets)) {
		r->state = TLSRECORD_HEADER;
		r->have = 0;
	}
}

static bool
begin_body(struct tlsrecord *r)
{
	struct header header;

	r->sslv2 = false;
	if (!header_of(r, &header)) {
		r->sslv2 = r->state == TLSRECORD_BEGIN;
		if (!r->sslv2 || !header_of(r, &header))
			return false;
	}
	r->state = TLSRECORD_BODY;
	r->left = header.size;
	r->first = true;
	r->holed = false;
	r->have = 0;
	return true;
}

/* False: more octets are needed, or there is no record here. */
static bool
take_header(struct tlsrecord *r, struct slice *octets)
{
	const size_t wanted = TLSRECORD_HEADER_OCTETS - (size_t)r->have;
	const struct slice taken = slice_first(*octets, wanted);

	if (taken.len > 0)
		memcpy(r->header + r->have, taken.p, taken.len);
	r->have = (uint8_t)(r->have + taken.len);
	*octets = slice_after(*octets, taken.len);
	if (r->have < TLSRECORD_HEADER_OCTETS)
		return false;
	if (begin_body(r))
		return true;
	r->state =
	    r->state == TLSRECORD_BEGIN ? TLSRECORD_FOREIGN : TLSRECORD_HUNT;
	return false;
}

static struct slice
take_body(struct tlsrecord *r, struct slice *octets)
{
	struct slice body;

	if (r->sslv2 && r->first) {
		body = slice_of(r->header + SSLV2_HEADER_OCTETS,
		    TLSRECORD_HEADER_OCTETS - SSLV2_HEADER_OCTETS);
	} else {
		body = slice_first(*octets, r->left);
		*octets = slice_after(*octets, body.len);
	}
	r->left = (uint16_t)(r->left - body.len);
	return body;
}

bool
tlsrecord_next(
    struct tlsrecord *r, struct slice *octets, struct tlsrecord_part *part)
{
	struct header header;
	struct slice body;

	if (r->state == TLSRECORD_HUNT || r->state == TLSRECORD_FOREIGN ||
	    (r->state != TLSRECORD_BODY && !take_header(r, octets))) {
		*octets = slice_of(NULL, 0);
		return false;
	}
	if ((octets->len == 0 && r->left > 0 && !(r->sslv2 && r->first)) ||
	    !header_of(r, &header))
		return false;
	body = take_body(r, octets);
	*part = (struct tlsrecord_part){
		.type = header.type,
		.version = header.version,
		.size = header.size,
		.body = body,
		.first = r->first,
		.last = r->left == 0,
		.holed = r->holed,
	};
	r->first = false;
	if (part->last)
		r->state = TLSRECORD_HEADER;
	return true;
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
