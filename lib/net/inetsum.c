/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inetsum.h"

static uint16_t
fold(uint64_t sum)
{
	while (sum > UINT16_MAX)
		sum = (sum >> 16) + (sum & UINT16_MAX);
	return (uint16_t)sum;
}

uint16_t
inetsum(struct slice octets)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < octets.len; i++)
		sum += (uint64_t)octets.p[i] << (i % 2 == 0 ? 8 : 0);
	return fold(sum);
}

uint16_t
inetsum_add(uint16_t a, uint16_t b)
{
	return fold((uint64_t)a + b);
}
