/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/logstamp.h"

#include "cutwitness.h"

#define UNIX (1289690940 * NSTIME_S) /* 2010-11-13 23:29:00 UTC */

static struct logstamp stamp;

static bool
parse(const char *text)
{
	return logstamp_parse(slice_text(text), &stamp);
}

START_TEST(a_line_has_time_zone_and_host)
{
	ck_assert(
	    parse("<165>1 2010-11-14T00:29:00.25+01:00 mx su - ID47 - x"));
	ck_assert_int_eq(stamp.time, UNIX + NSTIME_S / 4);
	ck_assert_int_eq(stamp.resolution, NSTIME_S / 100);
	ck_assert(slice_is(stamp.host, "mx"));
	ck_assert(parse("<0>1 2010-11-13T17:59:00-05:30 - - - - - x"));
	ck_assert_int_eq(stamp.time, UNIX);
	ck_assert_int_eq(stamp.resolution, NSTIME_S);
	ck_assert(parse("<34>1 2010-11-13T23:29:00Z mx - - - -"));
	ck_assert_int_eq(stamp.time, UNIX);
}
END_TEST

START_TEST(local_time_without_a_zone_is_never_read)
{
	ck_assert(!parse("<34>Nov 13 23:29:00 mx su: 'su root' failed"));
	ck_assert(!parse("<34>1 2010-11-13T23:29:00 mx - - - -"));
	ck_assert(!parse("<34>1 - mx - - - -"));
}
END_TEST

START_TEST(what_is_broken_is_not_read)
{
	static const char *const broken[] = { "<192>1 2010-11-13T23:29:00Z m -",
		"<>1 2010-11-13T23:29:00Z m -",
		"<34>2 2010-11-13T23:29:00Z m -",
		"<34>1 2010-02-30T23:29:00Z m -",
		"<34>1 2010-11-13T23:29:00+24:00 m -",
		"<34>1 2010-11-13T23:29:00.Z m -",
		"<34>1 2010-11-13T23:29:00Z  -",
		"34>1 2010-11-13T23:29:00Z m -",
		"<1234>1 2010-11-13T23:29:00Z m -" };

	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
		ck_assert_msg(!parse(broken[i]), "%s", broken[i]);
}
END_TEST

/* The name of the host has ended with the blank behind it. */
START_TEST(every_cut_before_the_name_ends_is_refused)
{
	cutwitness(logstamp_read,
	    slice_text("<165>1 2010-11-14T00:29:00.25+01:00 mx "),
	    WITNESS_FOREIGN);
}
END_TEST

START_TEST(it_may_be_passed_on)
{
	struct witness_reading reading;

	ck_assert_int_eq(logstamp_read(slice_text("<34>1 2010-11-13T23:29:00Z "
						  "mx - - - -"),
			     &reading),
	    WITNESS_TOLD);
	ck_assert(reading.speaker.passed_on && !reading.unproven);
	ck_assert(slice_is(reading.speaker.name, "mx"));
}
END_TEST

UNIT("logstamp", a_line_has_time_zone_and_host,
    local_time_without_a_zone_is_never_read, what_is_broken_is_not_read,
    every_cut_before_the_name_ends_is_refused, it_may_be_passed_on)
