/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/sipdate.h"

#include <stdio.h>

#include "unit.h"

/* 2010-11-13T23:29:00Z, a Saturday: RFC 3261 section 20.17's own example. */
#define EXAMPLE 1289690940

#define BIT(name) (1u << SIPDATE_##name)

static struct sipdate_stats stats;

static bool
parse(const char *text, struct sipdate *date)
{
	const struct slice value = slice_text(text);
	uint8_t *exact = unit_exact(value);
	bool good;

	memset(&stats, 0, sizeof(stats));
	good = sipdate_parse(slice_of(exact, value.len), date, &stats);
	free(exact);
	return good;
}

static void
reads(const char *text, int64_t seconds, uint32_t forms)
{
	struct sipdate date;

	ck_assert_msg(parse(text, &date), "%s: garbage", text);
	ck_assert_msg(
	    date.seconds == seconds, "%s: %lld", text, (long long)date.seconds);
	ck_assert_msg(date.forms == forms, "%s: forms %x", text, date.forms);
	ck_assert_uint_eq(stats.exact, forms == 0);
	for (unsigned form = 0; form < SIPDATE_FORMS; form++)
		ck_assert_uint_eq(stats.forms[form], forms >> form & 1);
}

static void
refuses(const char *text)
{
	struct sipdate date = { .seconds = -7, .forms = 9 };

	ck_assert_msg(!parse(text, &date), "%s: read", text);
	ck_assert_int_eq(date.seconds, -7);
	ck_assert_uint_eq(date.forms, 9);
	ck_assert_uint_eq(stats.garbage, 1);
}

START_TEST(reads_rfc_1123_exactly)
{
	reads("Sat, 13 Nov 2010 23:29:00 GMT", EXAMPLE, 0);
	reads("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0);
	reads("Tue, 29 Feb 2000 12:00:00 GMT", 951825600, 0);
	reads("Tue, 19 Jan 2038 03:14:08 GMT", 2147483648, 0);
}
END_TEST

START_TEST(reads_the_years_1900_to_9999)
{
	reads("Mon, 01 Jan 1900 00:00:00 GMT", -2208988800, 0);
	reads("Fri, 31 Dec 9999 23:59:59 GMT", 253402300799, 0);
	refuses("Sun, 31 Dec 1899 23:59:59 GMT");
	refuses("Sat, 13 Nov 10010 23:29:00 GMT");
}
END_TEST

/* Every day of four centuries differs from its neighbors. */
START_TEST(knows_the_calendar)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	static const char days[] = "SunMonTueWedThuFriSat";
	static const unsigned lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };
	int64_t day = -25567;

	for (unsigned year = 1900; year < 2300; year++)
		for (unsigned m = 0; m < 12; m++) {
			const unsigned leap = m == 1 &&
			    ((year % 4 == 0 && year % 100 != 0) ||
				year % 400 == 0);

			for (unsigned d = 1; d <= lengths[m] + leap; d++) {
				char text[64];
				struct sipdate date;

				snprintf(text, sizeof(text),
				    "%.3s, %02u %.3s %04u 00:00:00 GMT",
				    days + 3 * ((day + 4 + 70000) % 7), d,
				    months + 3 * m, year);
				ck_assert(sipdate_parse(
				    slice_text(text), &date, &stats));
				ck_assert_int_eq(date.seconds, day++ * 86400);
				ck_assert_uint_eq(date.forms, 0);
			}
		}
}
END_TEST

START_TEST(refuses_a_date_cut_short_at_every_octet)
{
	static const char whole[] = "Sat, 13 Nov 2010 23:29:00 GMT";

	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		uint8_t *exact = unit_exact(slice_of(whole, len));
		struct sipdate date;

		/* Some are dates of sorts: without a zone, for example. */
		if (sipdate_parse(slice_of(exact, len), &date, &stats))
			ck_assert_uint_ne(date.forms, 0);
		free(exact);
	}
}
END_TEST

START_TEST(reads_other_names_of_greenwich)
{
	reads("Sat, 13 Nov 2010 23:29:00 UTC", EXAMPLE, BIT(UTC));
	reads("Sat, 13 Nov 2010 23:29:00 Z", EXAMPLE, BIT(UTC));
	reads("Sat, 13 Nov 2010 23:29:00 gmt", EXAMPLE, BIT(ZONE_CASE));
	reads("Sat, 13 Nov 2010 23:29:00", EXAMPLE, BIT(NO_ZONE));
}
END_TEST

START_TEST(applies_zones)
{
	reads("Sat, 13 Nov 2010 23:29:00 +0000", EXAMPLE, BIT(NUMERIC_ZONE));
	reads("Sat, 13 Nov 2010 18:29:00 -0500", EXAMPLE, BIT(NUMERIC_ZONE));
	reads("Sun, 14 Nov 2010 04:59:00 +05:30", EXAMPLE, BIT(NUMERIC_ZONE));
	reads("Sun, 14 Nov 2010 00:29:00 GMT+1", EXAMPLE, BIT(NUMERIC_ZONE));
	reads("Sat, 13 Nov 2010 18:29:00 EST", EXAMPLE, BIT(NAMED_ZONE));
	reads("Sun, 14 Nov 2010 01:29:00 CEST", EXAMPLE, BIT(NAMED_ZONE));
	refuses("Sat, 13 Nov 2010 23:29:00 XYZ");
	refuses("Sat, 13 Nov 2010 23:29:00 +2500");
	refuses("Sat, 13 Nov 2010 23:29:00 +");
	refuses("Sat, 13 Nov 2010 23:29:00 GMT GMT");
}
END_TEST

START_TEST(reads_short_days_and_years)
{
	reads("Wed, 3 Nov 2010 23:29:00 GMT", EXAMPLE - 864000, BIT(SHORT_DAY));
	reads("Sat, 13 Nov 10 23:29:00 GMT", EXAMPLE, BIT(SHORT_YEAR));
	reads("Sat, 13 Nov 110 23:29:00 GMT", EXAMPLE, BIT(SHORT_YEAR));
	reads("Thu, 01 Jan 70 00:00:00 GMT", 0, BIT(SHORT_YEAR));
	refuses("Sat, 0 Nov 2010 23:29:00 GMT");
}
END_TEST

START_TEST(reads_rfc_850_and_asctime)
{
	reads("Saturday, 13-Nov-10 23:29:00 GMT", EXAMPLE,
	    BIT(RFC850) | BIT(SHORT_YEAR));
	reads("Sat Nov 13 23:29:00 2010", EXAMPLE, BIT(ASCTIME) | BIT(NO_ZONE));
	reads("Sat Nov 13 18:29:00 EST 2010", EXAMPLE,
	    BIT(ASCTIME) | BIT(NAMED_ZONE));
	reads("Nov 13 23:29:00 2010", EXAMPLE,
	    BIT(ASCTIME) | BIT(NO_ZONE) | BIT(NO_WEEKDAY));
}
END_TEST

START_TEST(reads_other_languages)
{
	reads("Sa, 13 Nov 2010 23:29:00 GMT", EXAMPLE, BIT(LOCALIZED));
	reads("mar., 14 d\xc3\xa9"
	      "c. 2010 00:00:00 GMT",
	    1292284800, BIT(LOCALIZED));
	reads("mar 14 d\xe9"
	      "c 2010 00:00:00 GMT",
	    1292284800, BIT(LOCALIZED) | BIT(LAYOUT));
	reads("Mi, 15 Dez 2010 00:00:00 GMT", 1292371200, BIT(LOCALIZED));
	reads(
	    "Mo, 01 M\xc3\xa4rz 2010 00:00:00 GMT", 1267401600, BIT(LOCALIZED));
	reads("jeu, 01 juil 2010 00:00:00 GMT", 1277942400, BIT(LOCALIZED));
	reads("mar, 01 juin 2010 00:00:00 GMT", 1275350400, BIT(LOCALIZED));
}
END_TEST

START_TEST(tells_a_missing_or_wrong_weekday)
{
	reads("13 Nov 2010 23:29:00 GMT", EXAMPLE, BIT(NO_WEEKDAY));
	reads("Fri, 13 Nov 2010 23:29:00 GMT", EXAMPLE, BIT(WRONG_WEEKDAY));
}
END_TEST

START_TEST(reads_midnight_and_leap_seconds)
{
	reads("Sat, 13 Nov 2010 24:00:00 GMT", 1289692800, BIT(HOUR_24));
	reads("Sat, 31 Dec 2016 23:59:60 GMT", 1483228800, BIT(LEAP_SECOND));
	refuses("Sat, 13 Nov 2010 24:00:01 GMT");
	refuses("Sat, 13 Nov 2010 23:29:61 GMT");
	refuses("Sat, 13 Nov 2010 23:60:00 GMT");
	refuses("Sat, 13 Nov 2010 25:00:00 GMT");
}
END_TEST

START_TEST(reads_sloppy_layout)
{
	reads("  Sat, 13 Nov 2010 23:29:00 GMT ", EXAMPLE, BIT(LAYOUT));
	reads("SAT, 13 NOV 2010 23:29:00 GMT", EXAMPLE, BIT(LAYOUT));
	reads("Saturday, 13 November 2010 23:29:00 GMT", EXAMPLE, BIT(LAYOUT));
	reads("Sat, 13 Nov 2010 23:29 GMT", EXAMPLE, BIT(LAYOUT));
	reads("Sat, 13 Nov 2010 23:29:00.750 GMT", EXAMPLE, BIT(LAYOUT));
}
END_TEST

START_TEST(refuses_garbage)
{
	refuses("");
	refuses(" ");
	refuses("now");
	refuses("1289690940");
	refuses("2010-11-13X23:29:00Z");
	refuses("Sat, 30 Feb 2010 23:29:00 GMT");
	refuses("Mon, 29 Feb 1900 23:29:00 GMT");
	refuses("Sat, 13 Foo 2010 23:29:00 GMT");
	refuses("Sat, 13 Nov 2010 GMT");
	refuses("Sat, 13 Nov 2010 23:29:00 23:29:00 GMT");
	refuses("Sat, Sat, 13 Nov 2010 23:29:00 GMT");
	refuses("Sat, 13 Nov 2010 23:29:00 GMT; x");
	refuses("Sat, 13 Nov 99999999999999999999 23:29:00 GMT");
	refuses("Sat,                                                         "
		"                        13 Nov 2010 23:29:00 GMT");
}
END_TEST

START_TEST(tells_the_time_where_it_can)
{
	struct sipdate date = { .seconds = EXAMPLE };
	nstime wall = 0;

	memset(&stats, 0, sizeof(stats));
	ck_assert(sipdate_wall(&date, &wall, &stats));
	ck_assert_int_eq(wall, EXAMPLE * NSTIME_S);
	date.seconds = -2208988800;
	ck_assert(sipdate_wall(&date, &wall, &stats));
	ck_assert_int_eq(wall, -2208988800 * NSTIME_S);
	date.seconds = 253402300799;
	ck_assert(!sipdate_wall(&date, &wall, &stats));
	ck_assert_uint_eq(stats.out_of_range, 1);
}
END_TEST

START_TEST(local_time_of_an_unknown_zone_is_not_read)
{
	struct sipdate date;

	ck_assert(!parse("2010-11-13T23:29:00.100", &date));
	ck_assert_uint_eq(stats.local, 1);
	ck_assert_uint_eq(stats.garbage, 0);
	ck_assert(parse("2010-11-14T07:29:00.100+08:00", &date));
	ck_assert_int_eq(date.seconds, EXAMPLE);
	ck_assert_uint_eq(date.forms, BIT(ISO));
}
END_TEST

static void
on_count(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	unsigned *names = arg;

	(void)kind;
	ck_assert(slice_starts_with(slice_text(name), "sipdate."));
	ck_assert_uint_eq(value, 0);
	++*names;
}

START_TEST(counts_every_form_by_name)
{
	unsigned names = 0;

	memset(&stats, 0, sizeof(stats));
	sipdate_stats_write(&stats, on_count, &names);
	ck_assert_uint_eq(names, SIPDATE_FORMS + 3);
}
END_TEST

START_TEST(local_time_is_read_where_its_zone_is_known)
{
	static const char text[] = "2010-11-14T07:29:00.100";
	struct sipdate date;

	ck_assert(!parse(text, &date));
	ck_assert_uint_eq(stats.local, 1);
	ck_assert_uint_eq(stats.garbage, 0);
	stats.has_zone = true;
	stats.zone = 8 * 3600;
	ck_assert(sipdate_parse(slice_text(text), &date, &stats));
	ck_assert_int_eq(date.seconds, EXAMPLE);
	ck_assert_uint_eq(date.forms, BIT(LOCAL));
	ck_assert_uint_eq(stats.local, 1);
	ck_assert(
	    sipdate_parse(slice_text("2010-11-13T23:29:00Z"), &date, &stats));
	ck_assert_int_eq(date.seconds, EXAMPLE);
}
END_TEST

UNIT("sipdate", local_time_is_read_where_its_zone_is_known,
    reads_rfc_1123_exactly, reads_the_years_1900_to_9999, knows_the_calendar,
    refuses_a_date_cut_short_at_every_octet, reads_other_names_of_greenwich,
    applies_zones, reads_short_days_and_years, reads_rfc_850_and_asctime,
    reads_other_languages, tells_a_missing_or_wrong_weekday,
    reads_midnight_and_leap_seconds, reads_sloppy_layout, refuses_garbage,
    tells_the_time_where_it_can, local_time_of_an_unknown_zone_is_not_read,
    counts_every_form_by_name)
