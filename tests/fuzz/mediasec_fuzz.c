/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/mediasec.h"

#include <assert.h>

/* The first line is the content type, the rest the body. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	const struct slice all = slice_of(octets, len);
	const size_t line = slice_index(all, '\n');
	struct mediasec m = { .level = MEDIASEC_UNKNOWN };

	if (mediasec_parse(
		slice_first(all, line), slice_after(all, line + 1), &m))
		assert(m.level > MEDIASEC_UNKNOWN &&
		    m.level <= MEDIASEC_REQUIRED);
	else
		assert(m.level == MEDIASEC_UNKNOWN);
	return 0;
}
