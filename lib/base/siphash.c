/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/siphash.h"

#include "base/siphashrun.h"

/*
 * Everything but the finish.  Inlined by force: with `c' and `d' known, the
 * rounds cost half.
 */
SIPHASH_INLINE struct siphash_run
absorb(const struct siphash_key *key, struct slice s, unsigned c, uint8_t wide)
{
	struct siphash_run v = siphash_run_init(key, wide);
	const size_t whole = s.len & ~(size_t)7;

	for (size_t i = 0; i < whole; i += 8)
		siphash_run_absorb_word(&v, siphash_run_word_at(s.p + i, 8), c);
	siphash_run_absorb_word(&v,
	    (uint64_t)s.len << 56 | siphash_run_tail_of(s, s.len - whole), c);
	return v;
}

uint64_t
siphash(const struct siphash_key *key, struct slice octets)
{
	struct siphash_run v = absorb(key, octets, 1, 0);

	v.v2 ^= 0xff;
	return siphash_run_finish(&v, 3);
}

struct siphash_wide
siphash_128(const struct siphash_key *key, struct slice octets)
{
	struct siphash_run v = absorb(key, octets, 1, 0xee);

	return siphash_run_finish_wide(&v);
}

uint64_t
siphash_24(const struct siphash_key *key, struct slice octets)
{
	struct siphash_run v = absorb(key, octets, 2, 0);

	v.v2 ^= 0xff;
	return siphash_run_finish(&v, 4);
}
