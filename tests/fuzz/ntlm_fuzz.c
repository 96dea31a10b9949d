/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/msdiag.h"
#include "sip/ntlm.h"
#include "sip/sipreason.h"

#include <assert.h>

/* What a response says beside the keys: challenges, diagnostics, reasons. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	const struct slice whole = slice_of(octets, len);
	struct slice rest = msdiag_begin(whole);
	struct sipreason_walk walk = { .rest = rest };
	struct sipreason reason;
	struct msdiag diag;
	nstime time = 7;

	if (!ntlm_find(whole, &time))
		assert(time == 7);
	while (msdiag_next(&rest, &diag)) {
		assert(diag.reason.len <= diag.whole.len);
		assert(diag.source.len <= diag.whole.len);
		assert(diag.whole.len <= len);
	}
	while (sipreason_next(&walk, &reason))
		assert(reason.text.len <= len && reason.protocol.len <= len);
	return 0;
}
