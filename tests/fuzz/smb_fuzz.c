/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/smb.h"

#include <assert.h>

/* A stream that comes in two parts: an answer that was given is not taken
 * back when more comes. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	const struct slice whole = slice_of(octets, len);
	struct smb smb;
	const enum smb_verdict all = smb_stream(whole, &smb);

	if (all == SMB_NEGOTIATED && smb.has_zone)
		assert(smb.zone >= -1440 && smb.zone <= 1440);
	for (size_t cut = 0; cut < len; cut++) {
		const enum smb_verdict part =
		    smb_stream(slice_first(whole, cut), &smb);

		assert(part == SMB_PARTIAL || part == all);
	}
	return 0;
}
