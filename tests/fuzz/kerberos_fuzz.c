/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/kerberos.h"

#include <assert.h>

/* As a datagram, and as a stream that comes in two parts: an answer that was
 * given is not taken back when more comes. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	const struct slice whole = slice_of(octets, len);
	enum kerberos_verdict all;
	struct kerberos k;

	if (kerberos_parse(whole, &k) == KERBEROS_ERROR) {
		assert(k.realm.len <= len);
		assert(k.server_resolution > 0);
	}
	all = kerberos_stream(whole, &k);
	for (size_t cut = 0; cut < len && cut < WITNESS_STREAM; cut++) {
		const enum kerberos_verdict part =
		    kerberos_stream(slice_first(whole, cut), &k);

		assert(part == KERBEROS_PARTIAL || part == all);
	}
	return 0;
}
