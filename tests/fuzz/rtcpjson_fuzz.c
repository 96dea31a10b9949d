/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/rtcpjson.h"

#include <assert.h>

#define SEEN (1289690940 * NSTIME_S)

/* What is told lies after 1980, and its name in the room for it. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	char name[RTCPJSON_NAME];
	struct witness_reading r;

	if (rtcpjson_read(slice_of(octets, len), SEEN, name, &r) !=
	    WITNESS_TOLD)
		return 0;
	assert(r.sender.time >= INT64_C(315964800) * NSTIME_S);
	assert(r.sender.resolution > 0);
	assert(r.speaker.delay >= 0);
	assert(r.speaker.name.len < sizeof(name));
	return 0;
}
