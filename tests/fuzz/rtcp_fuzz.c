/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/rtcp.h"

#include <assert.h>

/* What is read lies between 1980 and 2036, and its name in the datagram. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct rtcp r;

	if (!rtcp_parse(slice_of(octets, len), &r))
		return 0;
	assert(len >= 28 && len % 4 == 0);
	assert(r.time >= 315964800 * NSTIME_S);
	assert(r.time < 2085978496 * NSTIME_S);
	assert(r.cname.len < 256);
	assert(r.cname.len == 0 ||
	    (r.cname.p > octets && r.cname.p + r.cname.len <= octets + len));
	return 0;
}
