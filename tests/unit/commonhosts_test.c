/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/commonhosts.h"

#include "unit/fleetitems.h"

#define NOW FLEET_NOW

static struct commonhosts *common;
static nstime ahead;

static void
begin(void)
{
	static const struct siphash_key key;

	common = commonhosts_new(10, 4, &key);
	ck_assert_ptr_nonnull(common);
}

/* Sensor `sensor', whose clock is `by' ahead, hears a host that is right but
 * for `host_off'. */
static void
hear(unsigned sensor, nstime by, uint8_t host, nstime host_off, nstime now)
{
	const struct stamp stamp = {
		.peer = fleet_host(host, 0).address,
		.witness = WITNESS_NTP,
		.told = now + host_off,
		.wall = now + by,
	};

	commonhosts_input(common, sensor, &stamp, now);
}

/* All of them hear two hosts three times. */
static void
hear_all(const nstime *by, unsigned sensors, nstime host_off)
{
	for (unsigned turn = 0; turn < 3; turn++)
		for (uint8_t host = 1; host <= 2; host++)
			for (unsigned i = 0; i < sensors; i++)
				hear(i, by[i], host, host_off,
				    NOW + turn * NSTIME_S);
}

START_TEST(the_sensor_that_differs_from_two_others_is_ahead)
{
	const nstime by[] = { 0, 3600 * NSTIME_S, 0 };

	begin();
	hear_all(by, 3, 0);
	ck_assert(commonhosts_ahead(common, 1, &ahead));
	ck_assert_int_eq(ahead, 3600 * NSTIME_S);
	ck_assert(commonhosts_ahead(common, 0, &ahead));
	ck_assert_int_eq(ahead, 0);
	commonhosts_free(common);
}
END_TEST

START_TEST(of_two_the_hosts_agree_with_one)
{
	const nstime by[] = { 0, -20 * NSTIME_S };

	begin();
	hear_all(by, 2, NSTIME_S);
	ck_assert(commonhosts_ahead(common, 1, &ahead));
	ck_assert_int_eq(ahead, -20 * NSTIME_S);
	ck_assert(commonhosts_ahead(common, 0, &ahead));
	ck_assert_int_eq(ahead, 0);
	commonhosts_free(common);
}
END_TEST

START_TEST(hosts_that_are_off_accuse_no_sensor)
{
	const nstime by[] = { 0, 0, 0 };

	begin();
	hear_all(by, 3, -3600 * NSTIME_S);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert(commonhosts_ahead(common, i, &ahead));
		ck_assert_int_eq(ahead, 0);
	}
	commonhosts_free(common);
}
END_TEST

START_TEST(one_host_or_few_readings_or_old_ones_are_not_enough)
{
	begin();
	for (unsigned turn = 0; turn < 5; turn++) {
		hear(0, 0, 1, 0, NOW);
		hear(1, 60 * NSTIME_S, 1, 0, NOW);
	}
	ck_assert(!commonhosts_ahead(common, 1, &ahead));
	hear(0, 0, 2, 0, NOW);
	hear(1, 60 * NSTIME_S, 2, 0, NOW + 3600 * NSTIME_S);
	ck_assert(!commonhosts_ahead(common, 1, &ahead));
	hear(2, 0, 3, 0, NOW);
	ck_assert(!commonhosts_ahead(common, 2, &ahead));
	ck_assert(!commonhosts_ahead(common, 9, &ahead));
	commonhosts_free(common);
}
END_TEST

START_TEST(what_was_read_before_a_correction_does_not_count)
{
	const nstime by[] = { 0, 3600 * NSTIME_S };

	begin();
	hear_all(by, 2, 0);
	commonhosts_forget(common, 1);
	ck_assert(!commonhosts_ahead(common, 1, &ahead));
	hear(0, 0, 1, 0, NOW + 9 * NSTIME_S);
	ck_assert(commonhosts_ahead(common, 0, &ahead));
	ck_assert_int_eq(ahead, 0);
	commonhosts_free(common);
}
END_TEST

/* Each hears the hosts half a minute after the other. */
START_TEST(a_clock_that_stands_accuses_no_sensor)
{
	begin();
	for (unsigned turn = 0; turn < 8; turn++)
		for (uint8_t host = 1; host <= 2; host++)
			hear(turn % 2, 0, host, -30 * turn * NSTIME_S,
			    NOW + 30 * turn * NSTIME_S);
	ck_assert(!commonhosts_ahead(common, 0, &ahead));
	ck_assert(!commonhosts_ahead(common, 1, &ahead));
	commonhosts_free(common);
}
END_TEST

START_TEST(readings_of_differing_moments_are_compared)
{
	begin();
	for (unsigned turn = 0; turn < 8; turn++)
		for (uint8_t host = 1; host <= 2; host++)
			hear(turn % 2, turn % 2 * 60 * NSTIME_S, host, 0,
			    NOW + 30 * turn * NSTIME_S);
	ck_assert(commonhosts_ahead(common, 1, &ahead));
	ck_assert_int_eq(ahead, 60 * NSTIME_S);
	commonhosts_free(common);
}
END_TEST

UNIT("commonhosts", the_sensor_that_differs_from_two_others_is_ahead,
    of_two_the_hosts_agree_with_one, hosts_that_are_off_accuse_no_sensor,
    one_host_or_few_readings_or_old_ones_are_not_enough,
    what_was_read_before_a_correction_does_not_count,
    a_clock_that_stands_accuses_no_sensor,
    readings_of_differing_moments_are_compared)
