/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/slice.h"

#include "unit.h"

#define ck_assert_slice(s, text)                                               \
	ck_assert_msg(slice_is(s, text), "'%.*s' is not '%s'", (int)(s).len,   \
	    (const char *)(s).p, text)

START_TEST(first_and_after_never_leave_the_slice)
{
	const struct slice s = slice_text("abc");

	ck_assert_slice(slice_first(s, 2), "ab");
	ck_assert_slice(slice_first(s, 9), "abc");
	ck_assert_slice(slice_after(s, 2), "c");
	ck_assert_slice(slice_after(s, 3), "");
	ck_assert_slice(slice_after(s, SIZE_MAX), "");
	ck_assert_slice(slice_between(s, 1, 2), "b");
	ck_assert_slice(slice_between(s, 2, 1), "");
	ck_assert_slice(slice_between(s, 1, SIZE_MAX), "bc");
}
END_TEST

START_TEST(the_empty_slice_may_be_null)
{
	const struct slice none = slice_text(NULL);

	ck_assert_uint_eq(none.len, 0);
	ck_assert(slice_equal(none, slice_text("")));
	ck_assert_uint_eq(slice_after(none, 1).len, 0);
	ck_assert_uint_eq(slice_trim(none).len, 0);
	ck_assert_uint_eq(slice_index(none, 'a'), 0);
	ck_assert_uint_eq(slice_find(none, "a"), 0);
	ck_assert(!slice_starts_with(none, "a"));
	ck_assert(slice_starts_with(none, ""));
}
END_TEST

START_TEST(two_agree_as_far_as_the_shorter_goes)
{
	ck_assert(slice_agree(slice_text("HE"), slice_text("HEP3")));
	ck_assert(slice_agree(slice_text("HEP3.."), slice_text("HEP3")));
	ck_assert(slice_agree(slice_text(NULL), slice_text("HEP3")));
	ck_assert(!slice_agree(slice_text("HX"), slice_text("HEP3")));
	ck_assert(!slice_agree(slice_text("HEP4.."), slice_text("HEP3")));
}
END_TEST

START_TEST(case_is_folded_in_ascii_only)
{
	ck_assert(slice_is_nocase(slice_text("Call-ID"), "cALL-id"));
	ck_assert(!slice_is_nocase(slice_text("Call-ID"), "Call-I"));
	ck_assert(!slice_is(slice_text("Call-ID"), "call-id"));
	ck_assert(slice_starts_with_nocase(slice_text("SIP/2.0 200"), "sip/"));
	/* 0x20 apart, and letters in Latin-1, but not in ASCII. */
	ck_assert(!slice_is_nocase(slice_text("\xc4"), "\xe4"));
	ck_assert(!slice_is_nocase(slice_text("["), "{"));
	ck_assert(!slice_is_nocase(slice_text("@"), "`"));
}
END_TEST

START_TEST(finding_tells_the_place_or_the_length)
{
	const struct slice s = slice_text("abcabc");

	ck_assert_uint_eq(slice_index(s, 'b'), 1);
	ck_assert_uint_eq(slice_index(s, 'x'), 6);
	ck_assert_uint_eq(slice_find(s, "ca"), 2);
	ck_assert_uint_eq(slice_find(s, "cab?"), 6);
	ck_assert_uint_eq(slice_find(slice_text("ab"), "abc"), 2);
}
END_TEST

START_TEST(trim_takes_blanks_and_line_ends_but_no_nul)
{
	ck_assert_slice(slice_trim(slice_text(" \t\r\na b\r\n ")), "a b");
	ck_assert_uint_eq(slice_trim(slice_text(" \r\n")).len, 0);
	ck_assert_uint_eq(slice_trim(slice_of("\0a\0", 3)).len, 3);
}
END_TEST

START_TEST(a_decimal_number_is_digits_and_nothing_else)
{
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "0x1",
		"1.0", "\xb2" };
	uint64_t n = 77;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert(!slice_decimal(slice_text(bad[i]), 100, &n));
	ck_assert_uint_eq(n, 77);
	ck_assert(slice_decimal(slice_text("0042"), 100, &n));
	ck_assert_uint_eq(n, 42);
}
END_TEST

START_TEST(a_decimal_number_never_passes_its_bound)
{
	uint64_t n = 77;

	for (uint64_t max = 0; max < 120; max++) {
		char text[4] = "";

		for (uint64_t value = 0; value < 130; value++) {
			const bool fits = value <= max;

			text[0] = (char)('0' + value / 100);
			text[1] = (char)('0' + value / 10 % 10);
			text[2] = (char)('0' + value % 10);
			ck_assert_int_eq(
			    slice_decimal(slice_text(text), max, &n), fits);
			if (fits)
				ck_assert_uint_eq(n, value);
		}
	}
	ck_assert(
	    slice_decimal(slice_text("18446744073709551615"), UINT64_MAX, &n));
	ck_assert_uint_eq(n, UINT64_MAX);
	ck_assert(
	    !slice_decimal(slice_text("18446744073709551616"), UINT64_MAX, &n));
	ck_assert(!slice_decimal(
	    slice_text("99999999999999999999999"), UINT64_MAX, &n));
}
END_TEST

UNIT("slice", first_and_after_never_leave_the_slice,
    the_empty_slice_may_be_null, two_agree_as_far_as_the_shorter_goes,
    case_is_folded_in_ascii_only, finding_tells_the_place_or_the_length,
    trim_takes_blanks_and_line_ends_but_no_nul,
    a_decimal_number_is_digits_and_nothing_else,
    a_decimal_number_never_passes_its_bound)
