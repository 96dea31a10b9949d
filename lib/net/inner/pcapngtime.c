/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/pcapngtime.h"

/* 2200-01-01: the range of nstime ends in 2262, and deadlines come on top. */
#define STAMP_END INT64_C(7258118400)

/* A time of 10^-digits s.  Finer than a uint64_t can hold seconds of: bad. */
static bool
decimal_time(uint64_t units, unsigned digits, uint64_t *s, uint64_t *ns)
{
	uint64_t per_second = 1;

	if (digits > 19)
		return false;
	for (unsigned i = 0; i < digits; i++)
		per_second *= 10;
	*s = units / per_second;
	*ns = units % per_second;
	for (; digits < 9; digits++)
		*ns *= 10;
	for (; digits > 9; digits--)
		*ns /= 10;
	return true;
}

/* A time of 2^-bits s. */
static bool
binary_time(uint64_t units, unsigned bits, uint64_t *s, uint64_t *ns)
{
	if (bits > 63)
		return false;
	*s = units >> bits;
	units -= *s << bits;
	/* 30 bits hold a nanosecond, and the product stays below 2^60. */
	if (bits > 30) {
		units >>= bits - 30;
		bits = 30;
	}
	*ns = units * (uint64_t)NSTIME_S >> bits;
	return true;
}

bool
pcapngtime_read(const struct pcapngtime *clock, uint64_t units, nstime *wall)
{
	const unsigned exponent = clock->resolution & 0x7f;
	const bool binary = (clock->resolution & 0x80) != 0;
	uint64_t s = 0, ns = 0;
	int64_t seconds;

	if (binary ? !binary_time(units, exponent, &s, &ns)
		   : !decimal_time(units, exponent, &s, &ns))
		return false;
	if (s >= (uint64_t)STAMP_END || clock->offset >= STAMP_END ||
	    clock->offset <= -STAMP_END)
		return false;
	seconds = (int64_t)s + clock->offset;
	if (seconds < 0 || seconds >= STAMP_END)
		return false;
	*wall = seconds * NSTIME_S + (nstime)ns;
	return true;
}
