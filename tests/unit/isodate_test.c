/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/isodate.h"

#include "unit/unit.h"

#define SECONDS 1294078920 /* 2011-01-03T18:22:00Z */

static int64_t seconds;

static enum isodate
parse(const char *text)
{
	uint8_t *exact = unit_exact(slice_text(text));
	enum isodate result;

	seconds = -1;
	result = isodate_parse(slice_of(exact, strlen(text)), &seconds);
	free(exact);
	return result;
}

START_TEST(a_date_without_a_zone_is_local_time)
{
	ck_assert_int_eq(parse("2011-01-03T18:22:00.100"), ISODATE_LOCAL);
	ck_assert_int_eq(parse(" 2011-01-03T18:22:00 "), ISODATE_LOCAL);
	ck_assert_int_eq(parse("2011-01-03 18:22:00"), ISODATE_LOCAL);
	ck_assert_int_eq(seconds, SECONDS);
}
END_TEST

START_TEST(a_zone_is_applied)
{
	static const char *const same[] = { "2011-01-03T18:22:00Z",
		"2011-01-03T18:22:00.999Z", "2011-01-04T02:22:00+08:00",
		"2011-01-04T02:22:00.1+0800", "2011-01-04T02:22:00+08",
		"2011-01-03T13:52:00-04:30" };

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		ck_assert_int_eq(parse(same[i]), ISODATE_UTC);
		ck_assert_int_eq(seconds, SECONDS);
	}
}
END_TEST

START_TEST(anything_else_is_foreign)
{
	static const char *const others[] = { "", "2011", "2011-01-03",
		"2011-02-29T18:22:00", "2011-13-03T18:22:00",
		"2011-00-03T18:22:00", "2011-01-03T24:22:00",
		"2011-01-03T18:60:00", "2011-01-03T18:22:60",
		"2011-01-03X18:22:00", "2011-01-03T18:22:00.",
		"2011-01-03T18:22:00 GMT", "2011-01-03T18:22:00+8",
		"2011-01-03T18:22:00Z0", "0000-01-03T18:22:00",
		"Mon, 03 Jan 2011 18:22:00 GMT" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_msg(
		    parse(others[i]) == ISODATE_FOREIGN, "%s", others[i]);
	ck_assert_int_eq(seconds, -1);
}
END_TEST

START_TEST(survives_every_cut)
{
	static const char whole[] = "2011-01-04T02:22:00.100+08:00";

	for (size_t len = 0; len < sizeof(whole); len++) {
		char text[sizeof(whole)] = "";

		memcpy(text, whole, len);
		parse(text);
	}
}
END_TEST

UNIT("isodate", a_date_without_a_zone_is_local_time, a_zone_is_applied,
    anything_else_is_foreign, survives_every_cut)
