/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/shape.h"

#include "unit.h"

#define EXAMPLE (1289690940 * NSTIME_S) /* 2010-11-13T23:29:00Z */
#define HOUR (3600 * NSTIME_S)
#define DAY (24 * HOUR)

/* The shape of an offset known to +/- `width' at `wall'. */
static struct shape
shape_at(nstime wall, nstime offset, nstime width)
{
	const struct offset_estimate estimate = {
		.interval = { offset - width, offset + width },
	};

	return shape_of(&estimate, wall);
}

static void
is(nstime offset, const char *name, int64_t thousandths)
{
	const struct shape shape = shape_at(EXAMPLE, offset, 400 * NSTIME_MS);

	ck_assert_str_eq(shape_name(shape.kind), name);
	ck_assert_int_eq(shape.has_units, thousandths != 0);
	ck_assert_int_eq(shape.units_thousandths, thousandths);
}

START_TEST(nothing_is_wrong_below_two_seconds)
{
	is(0, "", 0);
	is(1900 * NSTIME_MS, "", 0);
	is(-1900 * NSTIME_MS, "", 0);
}
END_TEST

START_TEST(one_hour_is_daylight_saving)
{
	is(HOUR, "dst", 1000);
	is(-HOUR - 4 * NSTIME_S, "dst", -1000);
	is(-HOUR - 6 * NSTIME_S, "offset", 0);
}
END_TEST

START_TEST(quarters_of_an_hour_are_time_zones)
{
	is(5 * HOUR + HOUR / 2, "timezone", 5500);
	is(-5 * HOUR, "timezone", -5000);
	is(12 * HOUR, "timezone", 12000);
	is(26 * HOUR, "timezone", 26000);
	is(900 * NSTIME_S, "timezone", 250);
	is(27 * HOUR, "offset", 0);
}
END_TEST

START_TEST(a_zone_needs_a_narrow_estimate)
{
	ck_assert_int_eq(
	    shape_at(EXAMPLE, -HOUR, 9 * NSTIME_S).kind, SHAPE_DST);
	ck_assert_int_eq(
	    shape_at(EXAMPLE, -HOUR, 11 * NSTIME_S).kind, SHAPE_OFFSET);
}
END_TEST

START_TEST(whole_days_are_a_wrong_date)
{
	is(3 * DAY, "days", 3000);
	is(-DAY + 3 * NSTIME_S, "days", -1000);
}
END_TEST

START_TEST(the_same_day_of_another_year_is_the_year)
{
	is(365 * DAY, "year", 0);
	is(-365 * DAY, "year", 0);
	is(366 * DAY, "days", 366000);
}
END_TEST

START_TEST(day_and_month_may_be_swapped)
{
	const nstime third_of_february = 1265155200 * NSTIME_S; /* 2010 */
	const nstime second_of_march = third_of_february + 27 * DAY;

	ck_assert_int_eq(shape_at(third_of_february, 27 * DAY, NSTIME_S).kind,
	    SHAPE_DATE_SWAPPED);
	ck_assert_int_eq(shape_at(second_of_march, -27 * DAY, NSTIME_S).kind,
	    SHAPE_DATE_SWAPPED);
	ck_assert_int_eq(
	    shape_at(third_of_february, 31 * DAY, NSTIME_S).kind, SHAPE_DAYS);
}
END_TEST

START_TEST(clocks_without_a_battery_begin_at_an_epoch)
{
	static const int64_t starts[] = { -2208988800, -2082844800, 0,
		315532800, 315964800, 946684800, 2085978496, 2147483648 };

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		is(starts[i] * NSTIME_S + 2 * HOUR - EXAMPLE, "epoch", 0);
}
END_TEST

/* A scenario's savefile may begin at 1970 itself. */
START_TEST(our_own_epoch_is_none)
{
	ck_assert_int_eq(
	    shape_at(100 * NSTIME_S, 5 * HOUR, NSTIME_S).kind, SHAPE_TIMEZONE);
	ck_assert_int_eq(
	    shape_at(100 * NSTIME_S, 2 * DAY, NSTIME_S).kind, SHAPE_DAYS);
}
END_TEST

START_TEST(gps_receivers_roll_over)
{
	is(-1024 * 7 * DAY, "gps_week", -1024000);
	is(-2048 * 7 * DAY, "gps_week", -2048000);
	is(1024 * 7 * DAY, "gps_week", 1024000);
}
END_TEST

START_TEST(leap_seconds_are_tai)
{
	is(37 * NSTIME_S, "tai", 0);
	is(-18 * NSTIME_S, "tai", 0);
	is(40 * NSTIME_S, "offset", 0);
}
END_TEST

START_TEST(what_grows_is_drift)
{
	const struct offset_estimate estimate = {
		.interval = { -138 * NSTIME_S, -137 * NSTIME_S },
		.drifts = true,
		.drift_ms = -3000,
	};
	const struct shape shape = shape_of(&estimate, EXAMPLE);

	ck_assert_str_eq(shape_name(shape.kind), "drift");
	ck_assert_int_eq(shape.units_thousandths, -3000);
}
END_TEST

START_TEST(anything_else_is_an_offset)
{
	is(137 * NSTIME_S, "offset", 0);
	is(-8111 * NSTIME_S, "offset", 0);
}
END_TEST

/* UBSan watches. */
START_TEST(survives_any_time)
{
	static const nstime times[] = { INT64_MIN, INT64_MIN + DAY, -1, 0,
		EXAMPLE, INT64_MAX - DAY, INT64_MAX };
	static const nstime offsets[] = { -OFFSET_LIMIT, -DAY, HOUR, 400 * DAY,
		OFFSET_LIMIT };

	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		for (size_t k = 0; k < sizeof(offsets) / sizeof(*offsets); k++)
			ck_assert_int_ne(
			    shape_at(times[i], offsets[k], NSTIME_S).kind,
			    SHAPE_NONE);
}
END_TEST

UNIT("shape", nothing_is_wrong_below_two_seconds, one_hour_is_daylight_saving,
    quarters_of_an_hour_are_time_zones, a_zone_needs_a_narrow_estimate,
    whole_days_are_a_wrong_date, the_same_day_of_another_year_is_the_year,
    day_and_month_may_be_swapped, clocks_without_a_battery_begin_at_an_epoch,
    our_own_epoch_is_none, gps_receivers_roll_over, leap_seconds_are_tai,
    what_grows_is_drift, anything_else_is_an_offset, survives_any_time)
