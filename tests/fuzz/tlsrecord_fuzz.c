/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One direction of a stream.  The first octet says whether it is picked up
 * mid-way and whether there are holes; then pieces, each behind an octet with
 * its length; of a hole there is the length only.  What does not begin
 * mid-way and has no holes must come out the same octet by octet.
 */

#include "tls/inner/tlsrecord.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "base/siphash.h"

enum { MIDWAY = 1, HOLES = 2 };

struct reading {
	struct tlsrecord record;
	uint64_t digest; /* of what came out, however it was cut */
	uint64_t body;   /* octets of the record so far */
};

static void
mix(struct reading *r, struct slice octets)
{
	for (size_t i = 0; i < octets.len; i++)
		r->digest = r->digest * 1099511628211u + octets.p[i] + 1;
}

static void
feed(struct reading *r, struct slice octets)
{
	uint8_t *exact = malloc(octets.len + (octets.len == 0));
	struct slice rest = slice_of(exact, octets.len);
	struct tlsrecord_part part;

	if (exact == NULL)
		return;
	if (octets.len > 0)
		memcpy(exact, octets.p, octets.len);
	tlsrecord_input(&r->record, rest);
	while (tlsrecord_next(&r->record, &rest, &part)) {
		const uint8_t type = (uint8_t)part.type;

		if (part.first) {
			r->body = 0;
			mix(r, slice_of(&type, 1));
		}
		mix(r, part.body);
		r->body += part.body.len;
		if (r->body > part.size ||
		    (part.last && !part.holed && r->body != part.size))
			abort();
	}
	if (rest.len != 0)
		abort();
	free(exact);
}

static void
pieces(struct reading *r, struct cursor c, bool holes)
{
	while (!c.bad && c.rest.len > 0) {
		const uint8_t len = cursor_u8(&c);

		if (holes && (len & 1) != 0)
			tlsrecord_gap(&r->record, (uint64_t)len << (len & 7));
		else
			feed(r, slice_first(c.rest, len));
		if (!holes || (len & 1) == 0)
			c.rest = slice_after(c.rest, len);
	}
}

static void
one_by_one(struct reading *r, struct cursor c)
{
	while (!c.bad && c.rest.len > 0) {
		const uint8_t len = cursor_u8(&c);

		for (size_t i = 0; i < len && i < c.rest.len; i++)
			feed(r, slice_of(c.rest.p + i, 1));
		c.rest = slice_after(c.rest, len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct cursor c = cursor_over(slice_of(octets, len));
	const uint8_t how = cursor_u8(&c);
	struct reading whole = { .digest = 0 }, split = { .digest = 0 };

	tlsrecord_init(&whole.record, (how & MIDWAY) != 0);
	pieces(&whole, c, (how & HOLES) != 0);
	if ((how & (MIDWAY | HOLES)) != 0)
		return 0;
	tlsrecord_init(&split.record, false);
	one_by_one(&split, c);
	/* After garbage, where a segment begins decides. */
	if (whole.record.state != TLSRECORD_HUNT &&
	    split.record.state != TLSRECORD_HUNT &&
	    whole.digest != split.digest)
		abort();
	return 0;
}
