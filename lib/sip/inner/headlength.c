/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/headlength.h"

/* Drop the lines up to one that may be the length's: lines that a fold begins
 * are no fields. */
static void
skip_other_fields(struct slice *lines)
{
	while (lines->len > 0 && !headlength_may_be(lines->p, lines->len))
		*lines = slice_after(*lines, slice_index(*lines, '\n') + 1);
}

/* As nearly all write it, and with no fold behind it: so it is read without
 * being cut into name and value.  False: it is written in another way. */
static bool
read_usual(struct slice *lines, uint64_t *length)
{
	static const char name[] = "Content-Length: ";
	enum { NAME = sizeof(name) - 1, DIGITS = 7 };
	const uint8_t *const p = lines->p;
	uint64_t n = 0;
	size_t i = NAME;

	if (lines->len < NAME || memcmp(p, name, NAME) != 0)
		return false;
	for (;
	     i < lines->len && i < NAME + DIGITS && p[i] >= '0' && p[i] <= '9';
	     i++)
		n = n * 10 + (p[i] - '0');
	if (i == NAME || lines->len - i < 3 || p[i] != '\r' ||
	    p[i + 1] != '\n' || p[i + 2] == ' ' || p[i + 2] == '\t')
		return false;
	*lines = slice_after(*lines, i + 2);
	*length = n;
	return true;
}

bool
headlength_read(struct slice lines, uint64_t *length, bool *found)
{
	struct field field;

	*length = 0;
	*found = false;
	for (;;) {
		uint64_t n;

		skip_other_fields(&lines);
		if (!read_usual(&lines, &n)) {
			if (!field_next(&lines, &field))
				return true;
			if (field.name != FIELD_CONTENT_LENGTH)
				continue;
			if (!slice_decimal(field.value, HEADLENGTH_MOST, &n))
				return false;
		}
		if (*found && n != *length)
			return false;
		*length = n;
		*found = true;
	}
}
