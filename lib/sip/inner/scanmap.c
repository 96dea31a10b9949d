/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/scanmap.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define WORDS_AT_ONCE 4

/* Makes the words of `count' times 64 octets; how many are marked. */
typedef size_t make_words(
    const uint8_t *p, size_t count, uint64_t *marked, uint64_t *control);

/* Sixteen octets by the compilers' vector extension, where a comparison sets
 * all bits of a lane. */
#define LANES 16
typedef uint8_t lanes __attribute__((vector_size(LANES)));

/* One bit for each lane. */
static inline uint64_t
bits_of(lanes v)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t half[2];

	v &=
	    (lanes){ 1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128 };
	memcpy(half, &v, sizeof(half));
	return half[0] * ones >> 56 | half[1] * ones >> 56 << 8;
}

static size_t
plain_words(const uint8_t *p, size_t count, uint64_t *marked, uint64_t *control)
{
	size_t marks = 0;

	for (size_t w = 0; w < count; w++) {
		marked[w] = control[w] = 0;
		for (unsigned i = 0; i < 64; i += LANES, p += LANES) {
			lanes v;

			memcpy(&v, p, LANES);
			marked[w] |=
			    bits_of((lanes)(((v | 0x20) < 'a') |
					((v | 0x20) > 'z')) &
				(lanes)((v < '-') | (v > '9') | (v == '/')))
			    << i;
			control[w] |= bits_of((lanes)(v < ' ')) << i;
		}
		marks += (size_t)__builtin_popcountll(marked[w]);
	}
	return marks;
}

#if defined(__x86_64__)

/*
 * Thirty-two octets: one table gives, by the lower four bits of an octet, the
 * rows of the code table in which it is a letter, a digit, '-' or '.',
 * another, by the upper four, the row it is in. The sign marks controls.
 */
#define ROW_2 1    /* '-' and '.' */
#define ROW_3 2    /* digits */
#define ROWS_4_6 4 /* A to O */
#define ROWS_5_7 8 /* P to Z */
#define ROWS_0_1 -128
#define DIGIT (ROWS_0_1 | ROW_3)
#define LETTERS (ROWS_0_1 | ROWS_4_6 | ROWS_5_7)

__attribute__((target("avx2,popcnt"))) static size_t
avx2_words(const uint8_t *p, size_t count, uint64_t *marked, uint64_t *control)
{
	const __m256i lower = _mm256_broadcastsi128_si256(_mm_setr_epi8(
	    DIGIT | ROWS_5_7, DIGIT | LETTERS, DIGIT | LETTERS, DIGIT | LETTERS,
	    DIGIT | LETTERS, DIGIT | LETTERS, DIGIT | LETTERS, DIGIT | LETTERS,
	    DIGIT | LETTERS, DIGIT | LETTERS, LETTERS, ROWS_0_1 | ROWS_4_6,
	    ROWS_0_1 | ROWS_4_6, ROWS_0_1 | ROWS_4_6 | ROW_2,
	    ROWS_0_1 | ROWS_4_6 | ROW_2, ROWS_0_1 | ROWS_4_6));
	const __m256i upper = _mm256_broadcastsi128_si256(
	    _mm_setr_epi8(ROWS_0_1, ROWS_0_1, ROW_2, ROW_3, ROWS_4_6, ROWS_5_7,
		ROWS_4_6, ROWS_5_7, 0, 0, 0, 0, 0, 0, 0, 0));
	size_t marks = 0;

	for (size_t w = 0; w < count; w++) {
		uint32_t m[2], c[2];

		for (unsigned i = 0; i < 2; i++, p += 32) {
			const __m256i v =
			    _mm256_loadu_si256((const __m256i_u *)p);
			const __m256i row = _mm256_and_si256(
			    _mm256_srli_epi16(v, 4), _mm256_set1_epi8(15));
			const __m256i class =
			    _mm256_and_si256(_mm256_shuffle_epi8(lower, v),
				_mm256_shuffle_epi8(upper, row));

			c[i] = (uint32_t)_mm256_movemask_epi8(class);
			m[i] = (uint32_t)_mm256_movemask_epi8(
			    _mm256_cmpgt_epi8(_mm256_set1_epi8(1), class));
		}
		control[w] = (uint64_t)c[1] << 32 | c[0];
		marked[w] = (uint64_t)m[1] << 32 | m[0];
		marks += (size_t)__builtin_popcountll(marked[w]);
	}
	return marks;
}

static make_words *
best_words(void)
{
	return __builtin_cpu_supports("avx2") &&
		__builtin_cpu_supports("popcnt")
	    ? avx2_words
	    : plain_words;
}

#else

static make_words *
best_words(void)
{
	return plain_words;
}

#endif

static inline bool
extend(struct scanmap *map, make_words *make)
{
	const size_t w = map->made / 64;
	size_t words, rest;

	if (map->made >= map->octets.len || w == SCANMAP_WORDS)
		return false;
	rest = map->octets.len - map->made;
	words = rest / 64 < WORDS_AT_ONCE ? rest / 64 : WORDS_AT_ONCE;
	if (words > 0) {
		map->marks += make(map->octets.p + map->made, words,
		    &map->marked[w], &map->control[w]);
	} else {
		/* Missing octets count as letters. */
		uint8_t last[64];

		words = 1;
		memset(last, 'x', sizeof(last));
		memcpy(last, map->octets.p + map->made, rest);
		map->marks += make(last, 1, &map->marked[w], &map->control[w]);
	}
	for (size_t i = w; i < w + words; i++) {
		map->marked[i] = htole64(map->marked[i]);
		map->control[i] = htole64(map->control[i]);
	}
	map->marked[w + words] = map->control[w + words] = 0;
	map->made += 64 * words;
	return true;
}

bool
scanmap_extend_plain(struct scanmap *map)
{
	return extend(map, plain_words);
}

bool
scanmap_extend(struct scanmap *map)
{
	return extend(map, best_words());
}
