/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/siphash.h"

#include "base/siphashrun.h"
#include "unit.h"

/* The key of the paper's test vectors: octets 00 to 0f. */
static const struct siphash_key key = {
	.k0 = 0x0706050403020100,
	.k1 = 0x0f0e0d0c0b0a0908,
};

/* SipHash-2-4 of the empty text, 00, 00 01, .. (the authors' vectors). */
static const uint64_t published[] = {
	0x726fdb47dd0e0e31,
	0x74f839c593dc67fd,
	0x0d6c8009d9a94f5a,
	0x85676696d7fb7e2d,
	0xcf2794e0277187b7,
	0x18765564cd99a68d,
	0xcbc9466e58fee3ce,
	0xab0200f58b01d137,
	0x93f5f5799a932462,
	0x9e0082df0ba9e4b0,
	0x7a5dbbc594ddb9f3,
	0xf4b32f46226bada7,
	0x751e8fbc860ee5fb,
	0x14ea5627c0843d90,
	0xf723ca908e7af2ee,
	0xa129ca6149be45e5,
	0x3f2acc7f57c29bdb,
	0x699ae9f52cbe4794,
	0x4bc1b3f0968dd39c,
	0xbb6dc91da77961bd,
	0xbed65cf21aa2ee98,
	0xd0f2cbb02e3b67c7,
	0x93536795e3a33e88,
	0xa80c038ccd5ccec8,
	0xb8ad50c6f649af94,
	0xbce192de8a85b8ea,
	0x17d835b85bbb15f3,
	0x2f2e6163076bcfad,
	0xde4daaaca71dc9a5,
	0xa6a2506687956571,
	0xad87a3535c49ef28,
	0x32d892fad841c342,
	0x7127512f72f27cce,
	0xa7f32346f95978e3,
	0x12e0b01abb051238,
	0x15e034d40fa197ae,
	0x314dffbe0815a3b4,
	0x027990f029623981,
	0xcadcd4e59ef40c4d,
	0x9abfd8766a33735c,
	0x0e3ea96b5304a7d0,
	0xad0c42d6fc585992,
	0x187306c89bc215a9,
	0xd4a60abcf3792b95,
	0xf935451de4f21df2,
	0xa9538f0419755787,
	0xdb9acddff56ca510,
	0xd06c98cd5c0975eb,
	0xe612a3cb9ecba951,
	0xc766e62cfcadaf96,
	0xee64435a9752fe72,
	0xa192d576b245165a,
	0x0a8787bf8ecb74b2,
	0x81b3e73d20b49b6f,
	0x7fa8220ba3b2ecea,
	0x245731c13ca42499,
	0xb78dbfaf3a8d83bd,
	0xea1ad565322a1a0b,
	0x60e61c23a3795013,
	0x6606d7e446282b93,
	0x6ca4ecb15c5f91e1,
	0x9f626da15c9625f3,
	0xe51b38608ef25f57,
	0x958a324ceb064572,
};

static uint8_t *
counting(size_t len)
{
	uint8_t octets[64];

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)i;
	return unit_exact(slice_of(octets, len));
}

START_TEST(gives_the_published_vectors)
{
	for (size_t len = 0; len < 64; len++) {
		uint8_t *octets = counting(len);

		ck_assert_uint_eq(
		    siphash_24(&key, slice_of(octets, len)), published[len]);
		free(octets);
	}
}
END_TEST

/* Computed with another implementation (OpenSSL, 1 and 3 rounds). */
START_TEST(the_short_variant_is_siphash_1_3)
{
	uint8_t *octets = counting(63);

	ck_assert_uint_eq(siphash(&key, slice_of(NULL, 0)), 0xabac0158050fc4dc);
	ck_assert_uint_eq(
	    siphash(&key, slice_of(octets, 7)), 0xd3927d989bb11140);
	ck_assert_uint_eq(
	    siphash(&key, slice_of(octets, 8)), 0x369095118d299a8e);
	ck_assert_uint_eq(
	    siphash(&key, slice_of(octets, 63)), 0x9d199062b7bbb3a8);
	free(octets);
}
END_TEST

START_TEST(a_run_is_the_hash_of_padded_octets)
{
	uint8_t *octets = counting(32);
	struct siphash_run run = siphash_run_begin(&key);
	struct siphash_wide whole, pieces;

	/* 0 to 7, then 8 to 10, then 16 to 24. */
	siphash_run_word(&run, 0x0706050403020100);
	siphash_run_octets(&run, slice_of(octets + 8, 3));
	siphash_run_octets(&run, slice_of(octets + 16, 9));
	siphash_run_octets(&run, slice_of(octets, 0));
	pieces = siphash_run_end(&run);
	memset(octets + 11, 0, 5);
	memset(octets + 25, 0, 7);
	whole = siphash_128(&key, slice_of(octets, 32));
	ck_assert(pieces.a == whole.a && pieces.b == whole.b);
	free(octets);
}
END_TEST

START_TEST(letters_are_the_same_in_any_case)
{
	struct siphash_run one = siphash_run_begin(&key);
	struct siphash_run other = siphash_run_begin(&key);

	siphash_run_letters(&one, slice_text("Edge01.Example.COM"));
	siphash_run_letters(&other, slice_text("edge01.example.com"));
	ck_assert(siphash_run_end(&one).b == siphash_run_end(&other).b);
	siphash_run_letters(&one, slice_text("edge01"));
	siphash_run_letters(&other, slice_text("edge02"));
	ck_assert(siphash_run_end(&one).b != siphash_run_end(&other).b);
}
END_TEST

START_TEST(another_key_gives_another_hash)
{
	const struct siphash_key other = { .k0 = key.k0, .k1 = key.k1 ^ 1 };

	ck_assert_uint_ne(siphash(&key, slice_text("branch")),
	    siphash(&other, slice_text("branch")));
}
END_TEST

START_TEST(reads_octets_at_any_alignment)
{
	uint8_t octets[64 + 8];
	const uint64_t wanted = siphash(&key, slice_text("z9hG4bK-776asdhds"));

	for (size_t shift = 0; shift < 8; shift++) {
		memcpy(octets + shift, "z9hG4bK-776asdhds", 17);
		ck_assert_uint_eq(
		    siphash(&key, slice_of(octets + shift, 17)), wanted);
	}
}
END_TEST

UNIT("siphash", gives_the_published_vectors, the_short_variant_is_siphash_1_3,
    a_run_is_the_hash_of_padded_octets, letters_are_the_same_in_any_case,
    another_key_gives_another_hash, reads_octets_at_any_alignment)
