/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/hepmsg.h"

#include <assert.h>

/* What is done with is at most what was there, and what is borrowed lies in
 * it. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static void
is_inside(struct slice part, const uint8_t *octets, size_t len)
{
	assert(part.len <= len);
	assert(part.len == 0 ||
	    (part.p >= octets && part.p + part.len <= octets + len));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static uint8_t store[HEPMSG_MOST];
	struct hepmsg m;
	size_t done, inflated;

	if (hepmsg_parse(slice_of(octets, len), &m, &done) != HEPMSG_PARSED)
		return 0;
	assert(done > 0 && done <= len);
	is_inside(m.key, octets, done);
	is_inside(m.payload, octets, done);
	assert(m.stamp >= 0);
	if (m.compressed && hepmsg_inflate(m.payload, store, &inflated))
		assert(inflated <= sizeof(store));
	return 0;
}
