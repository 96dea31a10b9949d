/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LAXDATE_H
#define LAXDATE_H

#include "base/slice.h"

/*
 * Dates that are not written as RFC 1123 wants them, and the English names
 * that both ways of reading share.  Only sipdate.c uses it.
 */

/* Read what real senders make of a Date: *seconds since 1970, and in *forms
 * what was wrong with it (bits of enum sipdate_form, never none).  False, and
 * both untouched, if it is garbage. */
bool laxdate_parse(struct slice value, int64_t *seconds, uint32_t *forms);

/* Three letters as one number. */
static inline uint32_t
laxdate_three(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

/* Jan is 1; 0: none. */
unsigned laxdate_month(uint32_t three);

/* Sun is 0; -1: none. */
int laxdate_weekday(uint32_t three);

#endif
