/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/sensors.h"

#include "unit/fleetitems.h"

#define NOW FLEET_NOW

static struct sensors *sensors;
static struct sensors_sensor *sensor;
static bool gap;

static void
begin(size_t most)
{
	static const struct siphash_key key;

	sensors = sensors_new(most, 10, &key);
	ck_assert_ptr_nonnull(sensors);
}

static uint64_t drops;

/* Its `now' begins at 0, and its wall clock is `behind'. */
static enum sensors_answer
hear(const char *name, uint64_t run, uint64_t sequence, nstime now,
    nstime behind)
{
	struct wire_header h = {
		.run = run,
		.sequence = sequence,
		.now = now,
		.wall = NOW + now - behind,
		.reached = now,
		.drops = drops,
	};

	memcpy(h.name, name, strlen(name) + 1);
	return sensors_input(sensors, &h, NOW + now, behind, &sensor, &gap);
}

START_TEST(what_came_before_and_an_earlier_run_are_replays)
{
	begin(4);
	ck_assert_int_eq(hear("a", 2, 1, 0, 0), SENSORS_NEXT);
	ck_assert_int_eq(hear("a", 2, 1, 0, 0), SENSORS_BEFORE);
	ck_assert_int_eq(hear("a", 1, 9, 0, 0), SENSORS_EARLIER);
	ck_assert_int_eq(hear("a", 2, 2, 0, 0), SENSORS_NEXT);
	ck_assert(!gap);
	sensors_free(sensors);
}
END_TEST

START_TEST(missing_batches_and_a_new_run_are_a_gap)
{
	begin(4);
	hear("a", 1, 1, 0, 0);
	ck_assert(!gap);
	hear("a", 1, 4, 0, 0);
	ck_assert(gap);
	ck_assert_uint_eq(sensor->shown.missed, 2);
	hear("a", 2, 1, 0, 0);
	ck_assert(gap);
	sensors_free(sensors);
}
END_TEST

START_TEST(packets_that_a_capture_dropped_are_of_one_batch)
{
	begin(4);
	drops = 7;
	hear("a", 1, 1, 0, 0);
	ck_assert(!sensor->dropped);
	drops = 9;
	hear("a", 1, 2, 0, 0);
	ck_assert(sensor->dropped);
	ck_assert(!gap);
	hear("a", 1, 3, 0, 0);
	ck_assert(!sensor->dropped);
	drops = 0;
	sensors_free(sensors);
}
END_TEST

START_TEST(beyond_the_limit_sensors_are_refused)
{
	begin(1);
	ck_assert_int_eq(hear("a", 1, 1, 0, 0), SENSORS_NEXT);
	ck_assert_int_eq(hear("b", 1, 1, 0, 0), SENSORS_FULL);
	sensors_free(sensors);
}
END_TEST

START_TEST(time_is_the_least_of_all_that_live_and_keep_up)
{
	begin(4);
	hear("a", 1, 1, 20 * NSTIME_S, 0);
	hear("b", 1, 1, 18 * NSTIME_S, 0);
	hear("c", 1, 1, 2 * NSTIME_S, 0);
	ck_assert_int_eq(
	    sensors_reached(sensors, 10 * NSTIME_S), NOW + 18 * NSTIME_S);
	ck_assert_ptr_nonnull(
	    sensors_silent(sensors, NOW + 12 * NSTIME_S, 10 * NSTIME_S));
	ck_assert_ptr_null(
	    sensors_silent(sensors, NOW + 12 * NSTIME_S, 10 * NSTIME_S));
	sensors_free(sensors);
}
END_TEST

START_TEST(the_odd_clock_is_named_after_three_batches_and_corrected_at_once)
{
	enum joiner_sign sign;

	begin(4);
	hear("a", 1, 1, 0, 0);
	hear("b", 1, 1, 0, 0);
	for (uint64_t i = 1; i <= 3; i++) {
		hear("c", 1, i, 0, -3600 * NSTIME_S);
		ck_assert_int_eq(sensor->shown.reached, NOW);
		sensors_reached(sensors, 10 * NSTIME_S);
		ck_assert_int_eq(
		    sensors_compare(sensors, sensor, &sign), i == 3);
	}
	ck_assert_int_eq(sign, JOINER_ODD);
	ck_assert_int_eq(sensor->shown.offset, 3600 * NSTIME_S);
	hear("c", 1, 4, 0, 0);
	sensors_reached(sensors, 10 * NSTIME_S);
	ck_assert(sensors_compare(sensors, sensor, &sign));
	ck_assert_int_eq(sign, JOINER_RIGHT);
	sensors_free(sensors);
}
END_TEST

START_TEST(nobody_is_odd_where_most_agree_against_the_cluster)
{
	enum joiner_sign sign;

	begin(4);
	for (uint64_t i = 1; i <= 4; i++) {
		hear("a", 1, i, 0, 60 * NSTIME_S);
		hear("b", 1, i, 0, 60 * NSTIME_S);
		hear("c", 1, i, 0, 60 * NSTIME_S);
		sensors_reached(sensors, 10 * NSTIME_S);
		ck_assert(!sensors_compare(sensors, sensor, &sign));
	}
	sensors_free(sensors);
}
END_TEST

START_TEST(a_lost_sensor_is_missed_for_the_servers_it_saw)
{
	const struct address server = fleet_host(2, 0).address;
	const struct address other = fleet_host(3, 0).address;

	begin(4);
	hear("a", 1, 1, 0, 0);
	sensors_saw(sensors, sensor, &server);
	ck_assert(!sensors_missing(sensors, &server, NOW + 1));
	sensors_silent(sensors, NOW + 10 * NSTIME_S, 10 * NSTIME_S);
	ck_assert(sensors_missing(sensors, &server, NOW + 1));
	ck_assert(!sensors_missing(sensors, &server, NOW));
	ck_assert(!sensors_missing(sensors, &other, NOW + 1));
	sensors_free(sensors);
}
END_TEST

UNIT("sensors", what_came_before_and_an_earlier_run_are_replays,
    missing_batches_and_a_new_run_are_a_gap,
    packets_that_a_capture_dropped_are_of_one_batch,
    beyond_the_limit_sensors_are_refused,
    time_is_the_least_of_all_that_live_and_keep_up,
    the_odd_clock_is_named_after_three_batches_and_corrected_at_once,
    nobody_is_odd_where_most_agree_against_the_cluster,
    a_lost_sensor_is_missed_for_the_servers_it_saw)
