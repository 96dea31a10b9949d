/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/laxdate.h"

#include "sip/sipdate.h"
#include "unit.h"

/* The dates it reads are specified by sipdate_test.c, the only way to it. */

static uint32_t
three(const char *name)
{
	return laxdate_three((const uint8_t *)name);
}

START_TEST(months_count_from_one)
{
	ck_assert_uint_eq(laxdate_month(three("Jan")), 1);
	ck_assert_uint_eq(laxdate_month(three("Dec")), 12);
	ck_assert_uint_eq(laxdate_month(three("dec")), 0);
	ck_assert_uint_eq(laxdate_month(three("Xyz")), 0);
}
END_TEST

START_TEST(sunday_is_the_first_day)
{
	ck_assert_int_eq(laxdate_weekday(three("Sun")), 0);
	ck_assert_int_eq(laxdate_weekday(three("Sat")), 6);
	ck_assert_int_eq(laxdate_weekday(three("sat")), -1);
}
END_TEST

START_TEST(reads_an_exact_date_too_but_never_calls_it_so)
{
	int64_t seconds = 0;
	uint32_t forms = 0;

	ck_assert(laxdate_parse(
	    slice_text("Sat, 13 Nov 2010 23:29:00 GMT"), &seconds, &forms));
	ck_assert_int_eq(seconds, 1289690940);
	ck_assert_uint_ne(forms, 0);
}
END_TEST

START_TEST(survives_every_cut_of_every_form)
{
	static const char *const forms[] = {
		"Saturday, 13-Nov-10 23:29:00 GMT+01:00",
		"Sat Nov 13 23:29:60.5 EST 2010",
		"mar., 14 d\xc3\xa9"
		"c. 2010 24:00:00 -0530",
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		for (size_t len = 0; len <= strlen(forms[i]); len++) {
			uint8_t *exact = unit_exact(slice_of(forms[i], len));
			int64_t seconds;
			uint32_t oddities;

			laxdate_parse(
			    slice_of(exact, len), &seconds, &oddities);
			free(exact);
		}
}
END_TEST

UNIT("laxdate", months_count_from_one, sunday_is_the_first_day,
    reads_an_exact_date_too_but_never_calls_it_so,
    survives_every_cut_of_every_form)
