/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/scanlines.h"

#include <stdlib.h>

#include "sip/inner/scanline.h"

enum { CACHE_LINE = 64 };

struct scanlines *
scanlines_new(void)
{
	const size_t octets = (sizeof(struct scanlines) + CACHE_LINE - 1) &
	    ~(size_t)(CACHE_LINE - 1);
	struct scanlines *known = aligned_alloc(CACHE_LINE, octets);

	if (known != NULL)
		memset(known, 0, octets);
	return known;
}

void
scanlines_free(struct scanlines *known)
{
	free(known);
}
