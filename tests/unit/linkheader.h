/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LINKHEADER_H
#define LINKHEADER_H

#include "net/inner/linktype.h"
#include "unit/wire.h"

/* The header, in hexadecimal, is read to its end and tells that `type'
 * follows; cut anywhere, the cursor goes bad. */
static inline void
linkheader_leads(linktype_reader *reader, const char *hex, uint16_t type)
{
	static struct wire wire;
	struct slice s;
	struct cursor c;

	wire_begin(&wire, "");
	wire_hex(&wire, hex);
	s = wire_slice(&wire);
	for (size_t cut = 0; cut < s.len; cut++) {
		uint8_t *exact = unit_exact(slice_first(s, cut));

		c = cursor_over(slice_of(exact, cut));
		reader(&c);
		ck_assert_msg(c.bad, "%s, cut at %zu", hex, cut);
		free(exact);
	}
	c = cursor_over(s);
	ck_assert_msg(reader(&c) == type && !c.bad, "%s", hex);
	ck_assert_uint_eq(c.rest.len, 0);
}

/* What comes of octets that do not lead on; `rest' may be left. */
static inline uint16_t
linkheader_type(linktype_reader *reader, const char *hex)
{
	static struct wire wire;
	struct cursor c;
	uint16_t type;

	wire_begin(&wire, "");
	wire_hex(&wire, hex);
	c = cursor_over(wire_slice(&wire));
	type = reader(&c);
	ck_assert_msg(!c.bad, "%s", hex);
	return type;
}

#endif
