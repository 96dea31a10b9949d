/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIPHASH_RUN_H
#define SIPHASH_RUN_H

#include "base/siphash.h"

/*
 * SipHash-1-3 with 128 bits, piece by piece: siphash_128() of a sequence of
 * words.  Octets are padded with zeros to whole words, so a caller whose
 * inputs differ in length hashes the length as well.  All of it is inlined by
 * force: the state stays in registers from the first word to the last, and
 * where the number of rounds is known they cost half.
 */

struct siphash_run {
	uint64_t v0, v1, v2, v3, words;
};

#define SIPHASH_INLINE __attribute__((always_inline)) static inline

SIPHASH_INLINE uint64_t
siphash_run_rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

SIPHASH_INLINE void
siphash_run_rounds(struct siphash_run *s, unsigned count)
{
	while (count-- > 0) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = siphash_run_rotate(s->v1, 13) ^ s->v0;
		s->v3 = siphash_run_rotate(s->v3, 16) ^ s->v2;
		s->v0 = siphash_run_rotate(s->v0, 32);
		s->v2 += s->v1;
		s->v0 += s->v3;
		s->v1 = siphash_run_rotate(s->v1, 17) ^ s->v2;
		s->v3 = siphash_run_rotate(s->v3, 21) ^ s->v0;
		s->v2 = siphash_run_rotate(s->v2, 32);
	}
}

SIPHASH_INLINE uint64_t
siphash_run_word_at(const uint8_t *p, size_t octets)
{
	uint64_t w = 0;

	memcpy(&w, p, octets);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	w = __builtin_bswap64(w);
#endif
	return w;
}

/* Up to seven octets that end `s', the first of them lowest.  Without a copy of
 * unknown length, where there are eight to take them from. */
SIPHASH_INLINE uint64_t
siphash_run_tail_of(struct slice s, size_t left)
{
	if (left == 0)
		return 0;
	if (s.len >= 8)
		return siphash_run_word_at(s.p + s.len - 8, 8) >>
		    (64 - 8 * left);
	return siphash_run_word_at(s.p + s.len - left, left);
}

SIPHASH_INLINE struct siphash_run
siphash_run_init(const struct siphash_key *key, uint8_t wide)
{
	return (struct siphash_run){
		.v0 = key->k0 ^ 0x736f6d6570736575,
		.v1 = key->k1 ^ 0x646f72616e646f6d ^ wide,
		.v2 = key->k0 ^ 0x6c7967656e657261,
		.v3 = key->k1 ^ 0x7465646279746573,
	};
}

SIPHASH_INLINE void
siphash_run_absorb_word(struct siphash_run *v, uint64_t word, unsigned c)
{
	v->v3 ^= word;
	siphash_run_rounds(v, c);
	v->v0 ^= word;
}

SIPHASH_INLINE uint64_t
siphash_run_finish(struct siphash_run *v, unsigned d)
{
	siphash_run_rounds(v, d);
	return v->v0 ^ v->v1 ^ v->v2 ^ v->v3;
}

SIPHASH_INLINE struct siphash_wide
siphash_run_finish_wide(struct siphash_run *v)
{
	struct siphash_wide wide;

	v->v2 ^= 0xee;
	wide.a = siphash_run_finish(v, 3);
	v->v1 ^= 0xdd;
	wide.b = siphash_run_finish(v, 3);
	return wide;
}

SIPHASH_INLINE struct siphash_run
siphash_run_begin(const struct siphash_key *key)
{
	return siphash_run_init(key, 0xee);
}

SIPHASH_INLINE void
siphash_run_word(struct siphash_run *run, uint64_t word)
{
	siphash_run_absorb_word(run, word, 1);
	run->words++;
}

SIPHASH_INLINE void
siphash_run_absorb_octets(struct siphash_run *run, struct slice s, uint64_t set)
{
	const size_t whole = s.len & ~(size_t)7;

	for (size_t i = 0; i < whole; i += 8)
		siphash_run_word(run, siphash_run_word_at(s.p + i, 8) | set);
	if (whole < s.len)
		siphash_run_word(
		    run, siphash_run_tail_of(s, s.len - whole) | set);
}

SIPHASH_INLINE void
siphash_run_octets(struct siphash_run *run, struct slice octets)
{
	siphash_run_absorb_octets(run, octets, 0);
}

/* Bit 5 of each octet is taken for set: letters are the same in any case. */
SIPHASH_INLINE void
siphash_run_letters(struct siphash_run *run, struct slice octets)
{
	siphash_run_absorb_octets(run, octets, 0x2020202020202020);
}

/* The hash of all words. */
SIPHASH_INLINE struct siphash_wide
siphash_run_end(struct siphash_run *run)
{
	siphash_run_absorb_word(run, run->words * 8 << 56, 1);
	return siphash_run_finish_wide(run);
}

#endif
