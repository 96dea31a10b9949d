/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A key log that comes in two pieces, cut where the first octet says: what is
 * found does not depend on the cut.
 */

#include <stdlib.h>

#include "base/cursor.h"
#include "tls/secrets.h"

static uint64_t
told(struct slice a, struct slice b)
{
	const struct secrets_limits limits = { .sessions = 8,
		.resumptions = 8 };
	struct secrets *s = secrets_new(&limits);
	struct keylog_lines lines = { .len = 0 };
	uint64_t count;

	if (s == NULL)
		return 0;
	secrets_keylog(s, &lines, a);
	secrets_keylog(s, &lines, b);
	secrets_keylog_end(s, &lines);
	count = secrets_told(s);
	secrets_free(s);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct cursor c = cursor_over(slice_of(octets, len));
	const size_t cut = (size_t)cursor_u8(&c) * c.rest.len / 255;

	if (told(c.rest, slice_of(NULL, 0)) !=
	    told(slice_first(c.rest, cut), slice_after(c.rest, cut)))
		abort();
	return 0;
}
