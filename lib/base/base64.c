/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/base64.h"

static int
sextet(uint8_t octet)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	const char *found = octet == 0 ? NULL : strchr(alphabet, octet);

	return found == NULL ? -1 : (int)(found - alphabet);
}

bool
base64_decode(struct slice text, uint8_t *octets, size_t room, size_t *len)
{
	uint32_t bits = 0;
	unsigned count = 0;
	size_t used = 0;

	while (text.len > 0 && text.p[text.len - 1] == '=')
		text.len--;
	for (size_t i = 0; i < text.len; i++) {
		const int six = sextet(text.p[i]);

		if (six < 0)
			return false;
		bits = bits << 6 | (uint32_t)six;
		count += 6;
		if (count < 8)
			continue;
		if (used == room)
			return false;
		count -= 8;
		octets[used++] = (uint8_t)(bits >> count);
	}
	*len = used;
	return true;
}
