/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/inner/clocktext.h"

#include "unit.h"

#define DAY 1289606400 /* 2010-11-13 */

static struct cursor c;

static void
over(const char *text)
{
	c = cursor_over(slice_text(text));
}

START_TEST(a_day_is_read_with_and_without_marks)
{
	over("20101113");
	ck_assert_int_eq(clocktext_day(&c, 0), DAY);
	over("2010-11-13");
	ck_assert_int_eq(clocktext_day(&c, '-'), DAY);
	ck_assert(!c.bad && c.rest.len == 0);
	over("2010-11/13");
	clocktext_day(&c, '-');
	ck_assert(c.bad);
}
END_TEST

START_TEST(days_that_do_not_exist_are_bad)
{
	static const char *const none[] = { "20100229", "20101301", "20100001",
		"20100100", "16991231", "22010101", "2010111", "2010111x" };

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		over(none[i]);
		clocktext_day(&c, 0);
		ck_assert_msg(c.bad, "%s", none[i]);
	}
	over("20120229");
	clocktext_day(&c, 0);
	ck_assert(!c.bad);
}
END_TEST

START_TEST(a_time_may_be_a_leap_second)
{
	over("23:59:60");
	ck_assert_int_eq(clocktext_time(&c, ':'), 86400);
	ck_assert(!c.bad);
	over("24:00:00");
	clocktext_time(&c, ':');
	ck_assert(c.bad);
	over("235961");
	clocktext_time(&c, 0);
	ck_assert(c.bad);
}
END_TEST

START_TEST(a_fraction_is_as_fine_as_it_is_written)
{
	nstime unit;

	over(".25Z");
	ck_assert_int_eq(clocktext_fraction(&c, &unit), NSTIME_S / 4);
	ck_assert_int_eq(unit, NSTIME_S / 100);
	over("Z");
	ck_assert_int_eq(clocktext_fraction(&c, &unit), 0);
	ck_assert_int_eq(unit, NSTIME_S);
	over(".123456789123Z");
	ck_assert_int_eq(clocktext_fraction(&c, &unit), 123456789);
	ck_assert_int_eq(unit, 1);
	ck_assert(clocktext_is(&c, 'Z') && !c.bad);
	over(".Z");
	clocktext_fraction(&c, &unit);
	ck_assert(c.bad);
}
END_TEST

UNIT("clocktext", a_day_is_read_with_and_without_marks,
    days_that_do_not_exist_are_bad, a_time_may_be_a_leap_second,
    a_fraction_is_as_fine_as_it_is_written)
