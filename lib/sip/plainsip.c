/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/plainsip.h"

#include "sip/inner/startline.h"

enum { LONGEST = 512 };

enum plainsip
plainsip_kind(struct slice payload)
{
	const struct slice head = slice_first(payload, LONGEST);
	size_t end;

	if (head.len == 0 || head.p[0] < 'A' || head.p[0] > 'Z')
		return PLAINSIP_NONE;
	end = slice_index(head, '\n');
	if (end == head.len || !startline_is(slice_first(head, end)))
		return PLAINSIP_NONE;
	return slice_starts_with(head, STARTLINE_VERSION " ")
	    ? PLAINSIP_RESPONSE
	    : PLAINSIP_REQUEST;
}
