/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/unit.h"

#include "sip/inner/startline.h"

START_TEST(start_lines_are_recognized_by_their_version)
{
	static const char *const good[] = { "INVITE sip:a SIP/2.0",
		"SERVICE sip:edge:5062;grid SIP/2.0\r\n", "x tel:1 sip/2.0",
		"SIP/2.0 200 OK", "SIP/2.0 180", "sip/2.0 404 a b\n",
		"INVITE  sip:a b  SIP/2.0 " };
	static const char *const bad[] = { "", "INVITE sip:a SIP/3.0",
		"SIP/2.0 20", "SIP/2.0", "GET / HTTP/1.1", "INVITE SIP/2.0",
		"Via: SIP/2.0/UDP h", "a=b c SIP/2.0",
		" INVITE sip:a SIP/2.0" };

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		ck_assert_msg(startline_is(slice_text(good[i])), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(!startline_is(slice_text(bad[i])), "%s", bad[i]);
}
END_TEST

START_TEST(any_prefix_of_a_start_line_may_begin_one)
{
	static const char *const good[] = { "SERVICE sip:a;grid SIP/2.0\r\n",
		"SIP/2.0 504 Server time-out\r\n" };

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		for (size_t len = 0; len <= strlen(good[i]); len++) {
			uint8_t *exact = unit_exact(slice_of(good[i], len));

			ck_assert(startline_may_begin(slice_of(exact, len)));
			free(exact);
		}
	ck_assert(!startline_may_begin(slice_text("\x16\x03\x01")));
	ck_assert(!startline_may_begin(slice_text("GET / HTTP/1.1\r\n")));
	ck_assert(!startline_may_begin(slice_text("<xml")));
	ck_assert(!startline_may_begin(slice_text("HTTP/1.1")));
}
END_TEST

static size_t
begin_in(const char *text, const char *version)
{
	const struct slice s = slice_text(text);
	size_t begin = 0;

	if (startline_around(s, (size_t)(strstr(text, version) - text),
		&begin) != STARTLINE_YES)
		return 999;
	return begin;
}

START_TEST(a_start_line_is_found_around_its_version)
{
	ck_assert_uint_eq(begin_in("xx\nINVITE sip:a SIP/2.0\r\n", "SIP/"), 3);
	ck_assert_uint_eq(begin_in("</a>BYE sip:a SIP/2.0\n", "SIP/"), 4);
	ck_assert_uint_eq(begin_in("</>bye sip:a SIP/2.0\n", "SIP/"), 999);
	ck_assert_uint_eq(begin_in("textBYE sip:a SIP/2.0\n", "SIP/"), 4);
	ck_assert_uint_eq(begin_in("</a>SIP/2.0 200 OK", "SIP/"), 4);
	ck_assert_uint_eq(begin_in("v: SIP/2.0/TCP h\r\n", "SIP/"), 999);
	ck_assert_uint_eq(begin_in("textbye sip:a SIP/2.0\n", "SIP/"), 0);
	ck_assert_uint_eq(begin_in("SIP/2.0 2x0 OK", "SIP/"), 999);
	ck_assert_uint_eq(begin_in("sip:a SIP/2.0\r\n", "SIP/"), 999);
	ck_assert_uint_eq(begin_in("BYE sip:a SIP/2.0\rx\n", "SIP/"), 999);
}
END_TEST

START_TEST(a_cut_start_line_wants_more)
{
	static const char *const cut[] = { "BYE sip:a SIP/2.0",
		"BYE sip:a SIP/2.0\r", "SIP/2.0", "SIP/2.0 ", "SIP/2.0 20" };
	size_t begin;

	for (size_t i = 0; i < sizeof(cut) / sizeof(*cut); i++)
		ck_assert_int_eq(
		    startline_around(slice_text(cut[i]),
			(size_t)(strstr(cut[i], "SIP/") - cut[i]), &begin),
		    STARTLINE_MORE);
}
END_TEST

UNIT("startline", start_lines_are_recognized_by_their_version,
    any_prefix_of_a_start_line_may_begin_one,
    a_start_line_is_found_around_its_version, a_cut_start_line_wants_more)
