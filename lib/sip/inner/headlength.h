/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HEADLENGTH_H
#define HEADLENGTH_H

#include "base/slice.h"
#include "sip/inner/field.h"

/* The length of the body, as the head of a message on a stream gives it. */

/* Above this a Content-Length is not believed: skipping it would blind us to
 * the stream. */
#define HEADLENGTH_MOST (16 << 20)

/* May this line be Content-Length, or `l'?  A stray CR before it does no harm.
 * One of which less has come than the name may be; `len' is not 0. */
static inline bool
headlength_may_be(const uint8_t *line, size_t len)
{
	static const char name[] = "content-length";
	const uint8_t first = line[0] | 0x20;

	if (first == 'c')
		return len < sizeof(name) ||
		    field_same_letters(line, name, sizeof(name) - 1);
	if (first == 'l')
		return len == 1 || !field_is_token(line[1]);
	return line[0] == '\r';
}

/* `lines' are those of the head from the first that may be the length's on.
 * False unless all lengths in them are one number; *found: there is one, else
 * *length is 0. */
bool headlength_read(struct slice lines, uint64_t *length, bool *found);

#endif
