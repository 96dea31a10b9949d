/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inetsum.h"

#include "unit/unit.h"

/* The example of RFC 1071 section 3. */
START_TEST(words_are_added_in_ones_complement)
{
	static const uint8_t octets[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5,
		0xf6, 0xf7 };

	ck_assert_uint_eq(inetsum(slice_of(octets, 8)), 0xddf2);
	ck_assert_uint_eq(inetsum_add(inetsum(slice_of(octets, 4)),
			      inetsum(slice_of(octets + 4, 4))),
	    0xddf2);
}
END_TEST

START_TEST(an_odd_octet_is_the_high_one_of_a_word)
{
	static const uint8_t octets[] = { 0x00, 0x01, 0xf2 };

	ck_assert_uint_eq(inetsum(slice_of(octets, 3)), 0xf201);
	ck_assert_uint_eq(inetsum(slice_of(octets, 0)), 0);
}
END_TEST

UNIT("inetsum", words_are_added_in_ones_complement,
    an_odd_octet_is_the_high_one_of_a_word)
