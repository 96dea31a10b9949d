/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/keyschedule.h"

#include "unit/hex.h"

static void
expect(const char *hex, const uint8_t *octets, size_t len)
{
	uint8_t *wanted;

	ck_assert(slice_equal(hex_octets(hex, &wanted), slice_of(octets, len)));
	free(wanted);
}

/* Posted to the TLS working group with TLS 1.2. */
START_TEST(prf_of_tls12_is_that_of_its_hash)
{
	uint8_t *secret, *seed, out[100];
	const struct keyschedule_prf prf = {
		.version = 0x0303,
		.hash = SUITE_SHA256,
		.secret =
		    hex_octets("9bbe436ba940f017b17652849a71db35", &secret),
		.label = "test label",
		.seed = hex_octets("a0ba9f936cda311827a6f796ffd5198c", &seed),
	};

	ck_assert(keyschedule_prf(&prf, out, sizeof(out)));
	expect("e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb"
	       "5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c056"
	       "4bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110"
	       "fff70187347b66",
	    out, sizeof(out));
	free(secret);
	free(seed);
}
END_TEST

static struct keyschedule_secret
secret_of(const char *hex)
{
	struct keyschedule_secret secret = { .len = 32 };
	uint8_t *octets;

	memcpy(secret.octets, hex_octets(hex, &octets).p, 32);
	free(octets);
	return secret;
}

/* RFC 8448 section 3, "derive write traffic keys for handshake data". */
START_TEST(keys_of_tls13_are_those_of_rfc_8448)
{
	const struct keyschedule_secret secret = secret_of(
	    "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
	uint8_t key[16], iv[12];

	ck_assert(
	    keyschedule_expand(SUITE_SHA256, &secret, "key", key, sizeof(key)));
	ck_assert(
	    keyschedule_expand(SUITE_SHA256, &secret, "iv", iv, sizeof(iv)));
	expect("3fce516009c21727d0f2e4e86ee403bc", key, sizeof(key));
	expect("5d313eb2671276ee13000b30", iv, sizeof(iv));
}
END_TEST

START_TEST(each_update_makes_another_secret)
{
	struct keyschedule_secret secret = { .len = 32 }, first;

	ck_assert(keyschedule_update(SUITE_SHA256, &secret));
	first = secret;
	ck_assert(keyschedule_update(SUITE_SHA256, &secret));
	ck_assert_uint_eq(secret.len, 32);
	ck_assert_int_ne(memcmp(first.octets, secret.octets, 32), 0);
}
END_TEST

/* RFC 7627 section 4 says session_hash instead of the randoms. */
START_TEST(an_extended_master_secret_has_its_own_label)
{
	struct keyschedule_secret plain, extended;
	const struct slice seed = slice_text("seed");
	const struct slice none = slice_of(NULL, 0);

	ck_assert(keyschedule_master(0x0303, SUITE_SHA256, false,
	    slice_text("premaster"), seed, none, &plain));
	ck_assert(keyschedule_master(0x0303, SUITE_SHA256, true,
	    slice_text("premaster"), seed, none, &extended));
	ck_assert_uint_eq(plain.len, 48);
	ck_assert_int_ne(memcmp(plain.octets, extended.octets, 48), 0);
}
END_TEST

START_TEST(a_transcript_is_hashed_twice_before_tls12)
{
	uint8_t out[KEYSCHEDULE_SECRET];

	ck_assert_uint_eq(
	    keyschedule_transcript(0x0301, SUITE_SHA256, slice_text(""), out),
	    36);
	expect("d41d8cd98f00b204e9800998ecf8427e"
	       "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	    out, 36);
	ck_assert_uint_eq(
	    keyschedule_transcript(0x0303, SUITE_SHA384, slice_text(""), out),
	    48);
}
END_TEST

UNIT("keyschedule", prf_of_tls12_is_that_of_its_hash,
    keys_of_tls13_are_those_of_rfc_8448, each_update_makes_another_secret,
    an_extended_master_secret_has_its_own_label,
    a_transcript_is_hashed_twice_before_tls12)
