/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/mrasbody.h"

#include <assert.h>

/* XML as an Edge may send it. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct mrasbody body = { .relays = 7 };

	if (mrasbody_parse(slice_of(octets, len), &body))
		assert(strlen(body.reason_phrase) < MRASBODY_PHRASE);
	else
		assert(body.relays == 7);
	return 0;
}
