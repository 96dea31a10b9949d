/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HEX_H
#define HEX_H

#include "unit/unit.h"

/* Octets from hexadecimal, in a heap buffer of exactly their size.  Blanks
 * between octets are fine.  The caller frees *octets. */
static inline struct slice
hex_octets(const char *hex, uint8_t **octets)
{
	size_t len = 0;

	*octets = malloc(strlen(hex) / 2 + 1);
	ck_assert_ptr_nonnull(*octets);
	while (*hex != '\0') {
		char two[3] = { hex[0], hex[1], '\0' };

		if (*hex == ' ') {
			hex++;
			continue;
		}
		(*octets)[len++] = (uint8_t)strtoul(two, NULL, 16);
		hex += 2;
	}
	return slice_of(*octets, len);
}

#endif
