/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/der.h"

#include "base/cursor.h"

enum { LONG_TAG = 0x1f, LONG_LENGTH = 0x80, DEEPEST = 32 };

/* X.690 section 8.1.3: seven bits, or how many octets of length follow; none
 * is the indefinite form. */
static size_t
length(struct cursor *c)
{
	const uint8_t first = cursor_u8(c);
	const size_t octets = first & ~LONG_LENGTH;

	if ((first & LONG_LENGTH) == 0)
		return first;
	if (octets == 0 || octets > sizeof(uint32_t))
		c->bad = true;
	return (size_t)cursor_number(c, c->bad ? 0 : octets);
}

bool
der_next(struct slice *octets, struct der *value)
{
	struct cursor c = cursor_over(*octets);
	const uint8_t tag = cursor_u8(&c);
	const struct slice content = cursor_take(&c, length(&c));

	if (c.bad || (tag & LONG_TAG) == LONG_TAG)
		return false;
	*value = (struct der){
		.tag = tag,
		.content = content,
		.whole = slice_first(*octets, octets->len - c.rest.len),
	};
	*octets = c.rest;
	return true;
}

bool
der_expect(struct slice *octets, uint8_t tag, struct der *value)
{
	struct slice rest = *octets;
	struct der next;

	if (!der_next(&rest, &next) || next.tag != tag)
		return false;
	*octets = rest;
	*value = next;
	return true;
}

bool
der_sound(struct slice octets, unsigned depth)
{
	struct slice after[DEEPEST]; /* what follows the value we are in */
	unsigned level = 0;

	for (;;) {
		struct der value;

		while (octets.len == 0) {
			if (level == 0)
				return true;
			octets = after[--level];
		}
		if (!der_next(&octets, &value))
			return false;
		if ((value.tag & DER_CONSTRUCTED) == 0)
			continue;
		if (level >= depth || level >= DEEPEST)
			return false;
		after[level++] = octets;
		octets = value.content;
	}
}
