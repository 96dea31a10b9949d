/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/base64.h"

#include <stdlib.h>

#include "unit.h"

static uint8_t room[8];

static void
decodes(const char *text, const char *octets)
{
	size_t len = 99;

	ck_assert(base64_decode(slice_text(text), room, sizeof(room), &len));
	ck_assert_uint_eq(len, strlen(octets));
	ck_assert_mem_eq(room, octets, len);
}

/* RFC 4648 section 10. */
START_TEST(the_examples_of_the_rfc_are_decoded)
{
	decodes("", "");
	decodes("Zg==", "f");
	decodes("Zm8=", "fo");
	decodes("Zm9v", "foo");
	decodes("Zm9vYg==", "foob");
	decodes("Zm9vYmFy", "foobar");
	decodes("+/+/", "\xfb\xff\xbf");
}
END_TEST

START_TEST(it_may_be_cut_at_every_octet)
{
	const struct slice whole = slice_text("Zm9vYmFyLg==");

	for (size_t len = 0; len <= whole.len; len++) {
		uint8_t *exact = malloc(len + 1), *octets = malloc(len + 1);
		size_t got = 99;

		memcpy(exact, whole.p, len);
		ck_assert(base64_decode(
		    slice_of(exact, len), octets, len * 6 / 8, &got));
		ck_assert_uint_eq(got, len > 9 ? 7 : len * 6 / 8);
		ck_assert_mem_eq(octets, "foobar.", got);
		free(octets);
		free(exact);
	}
}
END_TEST

START_TEST(other_octets_are_refused)
{
	static const char *const others[] = { "Zm9v Ymfy", "Zm=v", "Zm9_",
		"\xff" };
	size_t len = 99;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		ck_assert(!base64_decode(
		    slice_text(others[i]), room, sizeof(room), &len));
	ck_assert(
	    !base64_decode(slice_of("Zg\0=", 4), room, sizeof(room), &len));
	ck_assert_uint_eq(len, 99);
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
	size_t len = 99;

	ck_assert(base64_decode(slice_text("Zm9v"), room, 3, &len));
	ck_assert(!base64_decode(slice_text("Zm9vYg=="), room, 3, &len));
	ck_assert_uint_eq(len, 3);
}
END_TEST

UNIT("base64", the_examples_of_the_rfc_are_decoded,
    it_may_be_cut_at_every_octet, other_octets_are_refused,
    what_does_not_fit_is_refused)
