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

bool
headlength_read(struct slice lines, uint64_t *length, bool *found)
{
	struct field field;

	*length = 0;
	*found = false;
	for (;;) {
		uint64_t n;

		skip_other_fields(&lines);
		if (!field_next(&lines, &field))
			return true;
		if (field.name != FIELD_CONTENT_LENGTH)
			continue;
		if (!slice_decimal(field.value, HEADLENGTH_MOST, &n) ||
		    (*found && n != *length))
			return false;
		*length = n;
		*found = true;
	}
}
