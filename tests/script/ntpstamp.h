/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NTPSTAMP_H
#define NTPSTAMP_H

#include "base/nstime.h"
#include "script/octets.h"

/* RFC 5905: seconds since 1900 and their fraction. */
static inline void
ntpstamp_add(struct octets *o, nstime clock)
{
	const nstime since_1900 = clock / NSTIME_S + 2208988800;
	const uint64_t fraction =
	    ((uint64_t)(clock % NSTIME_S) << 32) / NSTIME_S;

	octets_u32(o, (uint32_t)since_1900);
	octets_u32(o, (uint32_t)fraction);
}

#endif
