/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/ntp.h"

#include <assert.h>

/* What is read lies between 1968 and 2104, and was told. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct ntp ntp;

	if (!ntp_parse(slice_of(octets, len), &ntp))
		return 0;
	assert(ntp.mode >= 1 && ntp.mode <= 5);
	assert(ntp.serves != ntp.from_client);
	assert(ntp.time >= -61505152 * NSTIME_S);
	assert(ntp.time < 4233462144 * NSTIME_S);
	return 0;
}
