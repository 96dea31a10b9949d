/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/suite.h"

#include "unit/unit.h"

START_TEST(every_suite_is_found_by_its_number)
{
	unsigned found = 0;

	for (unsigned id = 0; id <= 0xffff; id++) {
		const struct suite *s = suite_find((uint16_t)id);

		if (s == NULL)
			continue;
		ck_assert_uint_eq(s->id, id);
		found++;
	}
	ck_assert_uint_gt(found, 80);
}
END_TEST

START_TEST(windows_server_2008_r2_is_understood)
{
	const struct suite *s = suite_find(0x002f);

	ck_assert_ptr_nonnull(s);
	ck_assert_int_eq(s->exchange, SUITE_RSA);
	ck_assert_int_eq(s->cipher, SUITE_AES_128_CBC);
	ck_assert_int_eq(s->mac, SUITE_SHA1);
	ck_assert_int_eq(suite_find(0x000a)->cipher, SUITE_3DES_CBC);
	ck_assert_int_eq(suite_find(0xc028)->mac, SUITE_SHA384);
}
END_TEST

START_TEST(rc4_is_none_of_ours)
{
	ck_assert_ptr_null(suite_find(0x0005));
	ck_assert_ptr_null(suite_find(0));
}
END_TEST

START_TEST(sizes_are_those_of_the_cipher)
{
	const struct suite_sizes *s = suite_sizes(SUITE_AES_256_CCM_8);

	ck_assert_uint_eq(s->key, 32);
	ck_assert_uint_eq(s->block, 0);
	ck_assert_uint_eq(s->tag, 8);
	ck_assert_str_eq(suite_hash_name(SUITE_SHA384), "SHA384");
	ck_assert_uint_eq(suite_hash_octets(SUITE_SHA384), 48);
}
END_TEST

UNIT("suite", every_suite_is_found_by_its_number,
    windows_server_2008_r2_is_understood, rc4_is_none_of_ours,
    sizes_are_those_of_the_cipher)
