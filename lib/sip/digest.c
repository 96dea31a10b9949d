/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/digest.h"

#include "sip/inner/field.h"
#include "sip/inner/param.h"

bool
digest_nonce(struct slice octets, struct slice *nonce)
{
	struct slice rest = slice_trim(octets);
	struct field field;

	field_line(&rest);
	while (field_next(&rest, &field))
		if (field_is_challenge(&field) &&
		    slice_starts_with_nocase(field.value, "Digest") &&
		    param_find(slice_after(field.value, sizeof("Digest") - 1),
			',', "nonce", nonce))
			return true;
	return false;
}
