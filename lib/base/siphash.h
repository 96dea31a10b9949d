/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIPHASH_H
#define SIPHASH_H

#include "base/slice.h"

/*
 * SipHash (Aumasson and Bernstein, 2012): a keyed hash short inputs cannot be
 * forged against, so that a sender cannot choose what lands in one bucket.
 * siphash() is SipHash-1-3, the variant meant for hash tables; siphash_24()
 * is SipHash-2-4, used where a hash leaves the program (alert ids).
 */

struct siphash_key {
	uint64_t k0, k1;
};

uint64_t siphash(const struct siphash_key *key, struct slice octets);

/* The same in 128 bits, for digests that replace their input. */
struct siphash_wide {
	uint64_t a, b;
};

struct siphash_wide siphash_128(
    const struct siphash_key *key, struct slice octets);

uint64_t siphash_24(const struct siphash_key *key, struct slice octets);

#endif
