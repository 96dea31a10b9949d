/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/siphash.h"

struct state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t
rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

__attribute__((always_inline)) static inline void
rounds(struct state *s, unsigned count)
{
	while (count-- > 0) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = rotate(s->v1, 13) ^ s->v0;
		s->v3 = rotate(s->v3, 16) ^ s->v2;
		s->v0 = rotate(s->v0, 32);
		s->v2 += s->v1;
		s->v0 += s->v3;
		s->v1 = rotate(s->v1, 17) ^ s->v2;
		s->v3 = rotate(s->v3, 21) ^ s->v0;
		s->v2 = rotate(s->v2, 32);
	}
}

static inline uint64_t
word_at(const uint8_t *p, size_t octets)
{
	uint64_t w = 0;

	memcpy(&w, p, octets);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	w = __builtin_bswap64(w);
#endif
	return w;
}

/*
 * Everything but the finish.  Inlined by force: with `c' and `d' known, the
 * rounds cost half.
 */
__attribute__((always_inline)) static inline struct state
absorb(const struct siphash_key *key, struct slice s, unsigned c, uint8_t wide)
{
	struct state v = {
		.v0 = key->k0 ^ 0x736f6d6570736575,
		.v1 = key->k1 ^ 0x646f72616e646f6d ^ wide,
		.v2 = key->k0 ^ 0x6c7967656e657261,
		.v3 = key->k1 ^ 0x7465646279746573,
	};
	const size_t whole = s.len & ~(size_t)7;
	uint64_t last = (uint64_t)s.len << 56;
	const size_t left = s.len - whole;

	for (size_t i = 0; i < whole; i += 8) {
		const uint64_t word = word_at(s.p + i, 8);

		v.v3 ^= word;
		rounds(&v, c);
		v.v0 ^= word;
	}
	/* The last few octets without a copy of unknown length: as the end of
	 * the eight that end with them. */
	if (left > 0 && whole > 0)
		last |= word_at(s.p + s.len - 8, 8) >> (64 - 8 * left);
	else if (left > 0)
		last |= word_at(s.p, left);
	v.v3 ^= last;
	rounds(&v, c);
	v.v0 ^= last;
	return v;
}

__attribute__((always_inline)) static inline uint64_t
finish(struct state *v, unsigned d)
{
	rounds(v, d);
	return v->v0 ^ v->v1 ^ v->v2 ^ v->v3;
}

uint64_t
siphash(const struct siphash_key *key, struct slice octets)
{
	struct state v = absorb(key, octets, 1, 0);

	v.v2 ^= 0xff;
	return finish(&v, 3);
}

struct siphash_wide
siphash_128(const struct siphash_key *key, struct slice octets)
{
	struct state v = absorb(key, octets, 1, 0xee);
	struct siphash_wide wide;

	v.v2 ^= 0xee;
	wide.a = finish(&v, 3);
	v.v1 ^= 0xdd;
	wide.b = finish(&v, 3);
	return wide;
}

uint64_t
siphash_24(const struct siphash_key *key, struct slice octets)
{
	struct state v = absorb(key, octets, 2, 0);

	v.v2 ^= 0xff;
	return finish(&v, 4);
}
