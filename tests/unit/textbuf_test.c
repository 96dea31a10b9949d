/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/textbuf.h"

#include "unit.h"

static char store[256];
static struct textbuf t;

static void
start(void)
{
	textbuf_init(&t, store, sizeof(store));
}

/* The text textbuf_wire() makes of `octets' of `len'. */
static const char *
wire(const char *octets, size_t len)
{
	start();
	textbuf_wire(&t, slice_of(octets, len));
	return t.text;
}

static const char *
seconds(nstime duration, unsigned decimals)
{
	start();
	textbuf_seconds(&t, duration, decimals);
	return t.text;
}

static const char *
instant(nstime wall)
{
	start();
	textbuf_time(&t, wall);
	return t.text;
}

START_TEST(text_that_does_not_fit_is_cut_and_latched)
{
	char small[6];

	textbuf_init(&t, small, sizeof(small));
	textbuf_add(&t, "abc");
	ck_assert(!t.truncated);
	textbuf_add(&t, "def");
	ck_assert(t.truncated);
	ck_assert_str_eq(small, "abcde");
	textbuf_add(&t, "g");
	ck_assert_str_eq(small, "abcde");
	ck_assert_uint_eq(textbuf_slice(&t).len, 5);
}
END_TEST

START_TEST(a_buffer_of_one_octet_holds_the_empty_text)
{
	char one[1];

	textbuf_init(&t, one, sizeof(one));
	textbuf_add(&t, "");
	ck_assert(!t.truncated);
	textbuf_wire(&t, slice_text("a"));
	textbuf_uint(&t, 7);
	ck_assert(t.truncated);
	ck_assert_str_eq(one, "");
}
END_TEST

START_TEST(text_is_cut_between_characters)
{
	for (size_t size = 1; size <= 12; size++) {
		char *exact = malloc(size);

		textbuf_init(&t, exact, size);
		textbuf_add(&t, "\xe2\x82\xac\xe2\x82\xac\xc3\xa4");
		ck_assert_uint_eq(t.len,
		    size > 8       ? 8
			: size > 6 ? 6
			: size > 3 ? 3
				   : 0);
		ck_assert_int_eq(t.truncated, size <= 8);
		free(exact);
	}
}
END_TEST

START_TEST(printable_utf_8_passes)
{
	ck_assert_str_eq(
	    wire("Ren\xc3\xa9 <sip:r@x>", 15), "Ren\xc3\xa9 <sip:r@x>");
	ck_assert_str_eq(wire("\xf0\x9f\x93\x9e", 4), "\xf0\x9f\x93\x9e");
}
END_TEST

START_TEST(control_characters_are_escaped)
{
	ck_assert_str_eq(wire("a\0b", 3), "a\\x00b");
	ck_assert_str_eq(
	    wire("\r\n\t\x1b[2J\x7f", 8), "\\x0d\\x0a\\x09\\x1b[2J\\x7f");
	ck_assert_str_eq(wire("\xc2\x9b", 2), "\\xc2\\x9b");          /* CSI */
	ck_assert_str_eq(wire("\xe2\x80\xae", 3), "\\xe2\\x80\\xae"); /* RLO */
	ck_assert_str_eq(wire("\xe2\x80\xa8", 3), "\\xe2\\x80\\xa8"); /* LS */
	ck_assert_str_eq(wire("\xef\xbb\xbf", 3), "\\xef\\xbb\\xbf"); /* BOM */
}
END_TEST

START_TEST(a_backslash_is_doubled_so_escapes_are_unambiguous)
{
	ck_assert_str_eq(wire("\\x41", 4), "\\\\x41");
}
END_TEST

START_TEST(invalid_utf_8_is_escaped_octet_by_octet)
{
	ck_assert_str_eq(wire("\xe9t\xe9", 3), "\\xe9t\\xe9"); /* Latin-1 */
	ck_assert_str_eq(wire("\xc0\xaf", 2), "\\xc0\\xaf");   /* overlong */
	ck_assert_str_eq(wire("\xe0\x80\xaf", 3), "\\xe0\\x80\\xaf");
	ck_assert_str_eq(wire("\xed\xa0\x80", 3), "\\xed\\xa0\\x80");
	ck_assert_str_eq(wire("\xf4\x90\x80\x80", 4), "\\xf4\\x90\\x80\\x80");
	ck_assert_str_eq(wire("\xe2\x82", 2), "\\xe2\\x82"); /* cut short */
	ck_assert_str_eq(wire("\xff", 1), "\\xff");
}
END_TEST

/* Every two octets at once: what comes out is printable, and at no size does
 * it end inside an escape. */
START_TEST(no_escape_is_cut_in_two)
{
	static const char *const wires[] = { "\\", "a\\", "\x01", "a\x01",
		"\xc3\xa4", "a\xc2\x9b" };

	for (size_t i = 0; i < sizeof(wires) / sizeof(wires[0]); i++) {
		const size_t whole = strlen(wire(wires[i], strlen(wires[i])));

		for (size_t size = 1; size <= whole + 1; size++) {
			char *exact = malloc(size);
			size_t backslashes = 0;

			textbuf_init(&t, exact, size);
			textbuf_wire(&t, slice_text(wires[i]));
			ck_assert_int_eq(t.truncated, size <= whole);
			while (backslashes < t.len &&
			    exact[t.len - 1 - backslashes] == '\\')
				backslashes++;
			ck_assert_uint_eq(backslashes % 2, 0);
			free(exact);
		}
	}
}
END_TEST

START_TEST(numbers_reach_their_ends)
{
	start();
	textbuf_uint(&t, UINT64_MAX);
	textbuf_add(&t, " ");
	textbuf_int(&t, INT64_MIN);
	textbuf_add(&t, " ");
	textbuf_int(&t, 0);
	ck_assert_str_eq(t.text, "18446744073709551615 -9223372036854775808 0");
}
END_TEST

START_TEST(hexadecimal_keeps_its_width)
{
	start();
	textbuf_hex(&t, 0xabc, 8);
	textbuf_add(&t, " ");
	textbuf_hex(&t, UINT64_MAX - 1, 16);
	textbuf_add(&t, " ");
	textbuf_hex(&t, 0x1f, 1);
	ck_assert_str_eq(t.text, "00000abc fffffffffffffffe f");
}
END_TEST

START_TEST(seconds_are_rounded_half_away_from_zero)
{
	ck_assert_str_eq(seconds(-3600400 * NSTIME_MS, 1), "-3600.4");
	ck_assert_str_eq(seconds(1500 * NSTIME_MS, 0), "2");
	ck_assert_str_eq(seconds(-1500 * NSTIME_MS, 0), "-2");
	ck_assert_str_eq(seconds(999999999, 3), "1.000");
	ck_assert_str_eq(seconds(50 * NSTIME_MS, 2), "0.05");
	ck_assert_str_eq(seconds(1, 9), "0.000000001");
	ck_assert_str_eq(seconds(0, 1), "0.0");
}
END_TEST

START_TEST(there_is_no_minus_zero)
{
	ck_assert_str_eq(seconds(-4 * NSTIME_MS, 2), "0.00");
	ck_assert_str_eq(seconds(-5 * NSTIME_MS, 2), "-0.01");
}
END_TEST

START_TEST(seconds_reach_their_ends)
{
	ck_assert_str_eq(seconds(INT64_MIN, 0), "-9223372037");
	ck_assert_str_eq(seconds(INT64_MAX, 9), "9223372036.854775807");
}
END_TEST

START_TEST(times_are_rfc_3339_cut_to_the_microsecond)
{
	ck_assert_str_eq(instant(0), "1970-01-01T00:00:00.000000Z");
	ck_assert_str_eq(instant(1294078965 * NSTIME_S + 123456999),
	    "2011-01-03T18:22:45.123456Z");
	ck_assert_str_eq(
	    instant(951782400 * NSTIME_S), "2000-02-29T00:00:00.000000Z");
	ck_assert_str_eq(
	    instant(4107542399 * NSTIME_S), "2100-02-28T23:59:59.000000Z");
	ck_assert_str_eq(
	    instant(4107542400 * NSTIME_S), "2100-03-01T00:00:00.000000Z");
}
END_TEST

START_TEST(times_before_1970_are_rounded_down)
{
	ck_assert_str_eq(instant(-1), "1969-12-31T23:59:59.999999Z");
	ck_assert_str_eq(
	    instant(-86400 * NSTIME_S), "1969-12-31T00:00:00.000000Z");
	ck_assert_str_eq(instant(INT64_MIN), "1677-09-21T00:12:43.145224Z");
	ck_assert_str_eq(instant(INT64_MAX), "2262-04-11T23:47:16.854775Z");
}
END_TEST

START_TEST(seconds_reach_further_than_nstime)
{
	start();
	textbuf_time_s(&t, 253402300799);
	ck_assert_str_eq(store, "9999-12-31T23:59:59.000000Z");
	start();
	textbuf_time_s(&t, -62135596800);
	ck_assert_str_eq(store, "0001-01-01T00:00:00.000000Z");
}
END_TEST

START_TEST(the_time_of_day_is_written_alone_too)
{
	start();
	textbuf_time_of_day(&t, 1294078927 * NSTIME_S + 999999999);
	textbuf_add(&t, " ");
	textbuf_time_of_day(&t, -1);
	ck_assert_str_eq(t.text, "18:22:07Z 23:59:59Z");
}
END_TEST

/* Soft hyphen, zero width space, tag, variation selector, fillers. */
START_TEST(what_cannot_be_seen_is_escaped)
{
	static const char *const octets[] = { "\xc2\xad", "\xe2\x80\x8b",
		"\xf3\xa0\x81\x81", "\xef\xb8\x8f", "\xe3\x85\xa4",
		"\xef\xbe\xa0", "\xcd\x8f", "\xe1\x85\x9f", "\xf3\xa0\x84\x80",
		"\xe2\xa0\x80", "\xef\xbf\xb9" };

	for (size_t i = 0; i < sizeof(octets) / sizeof(*octets); i++) {
		textbuf_init(&t, store, sizeof(store));
		textbuf_wire(&t, slice_text(octets[i]));
		ck_assert_msg(
		    store[0] == '\\' && store[1] == 'x', "%zu: %s", i, store);
		ck_assert_uint_eq(t.len, 4 * strlen(octets[i]));
	}
}
END_TEST

UNIT("textbuf", what_cannot_be_seen_is_escaped,
    text_that_does_not_fit_is_cut_and_latched,
    a_buffer_of_one_octet_holds_the_empty_text, text_is_cut_between_characters,
    printable_utf_8_passes, control_characters_are_escaped,
    a_backslash_is_doubled_so_escapes_are_unambiguous,
    invalid_utf_8_is_escaped_octet_by_octet, no_escape_is_cut_in_two,
    numbers_reach_their_ends, hexadecimal_keeps_its_width,
    seconds_are_rounded_half_away_from_zero, there_is_no_minus_zero,
    seconds_reach_their_ends, times_are_rfc_3339_cut_to_the_microsecond,
    times_before_1970_are_rounded_down, seconds_reach_further_than_nstime,
    the_time_of_day_is_written_alone_too)
