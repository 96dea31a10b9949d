/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/thin.h"

#include "unit/fleetitems.h"

#define NOW FLEET_NOW

static struct thin *thin;

static void
begin(void)
{
	static const struct siphash_key key;

	thin = thin_new(10, &key);
	ck_assert_ptr_nonnull(thin);
}

static bool
clock_reads(nstime offset, nstime now)
{
	return thin_passes(thin,
	    &(struct observation){ .kind = OBSERVATION_CLOCK,
		.now = now,
		.stamp = { .peer = fleet_host(1, 0).address,
		    .told = now + offset,
		    .wall = now } });
}

static unsigned
answers(unsigned count, nstime each)
{
	unsigned passed = 0;

	for (unsigned i = 0; i < count; i++)
		passed += thin_passes(thin,
		    &(struct observation){ .kind = OBSERVATION_ANSWERED,
			.now = NOW + i * each,
			.leg = { fleet_host(1, (uint16_t)i),
			    fleet_host(2, 5062) } });
	return passed;
}

START_TEST(a_clock_that_stays_is_told_once_a_minute)
{
	unsigned passed = 0;

	begin();
	for (unsigned i = 0; i < 640; i++)
		passed += clock_reads(0, NOW + i * NSTIME_S);
	ck_assert_uint_eq(passed, 40 + 10);
	thin_free(thin);
}
END_TEST

START_TEST(a_clock_that_steps_is_told_at_once)
{
	begin();
	for (unsigned i = 0; i < 50; i++)
		clock_reads(0, NOW + i);
	ck_assert(!clock_reads(0, NOW + NSTIME_S));
	for (unsigned i = 0; i < 3; i++)
		ck_assert(clock_reads(-3600 * NSTIME_S, NOW + 2 * NSTIME_S));
	thin_free(thin);
}
END_TEST

START_TEST(of_answers_on_one_leg_the_first_pass_and_then_one_a_second)
{
	begin();
	ck_assert_uint_eq(answers(100, NSTIME_MS), 8);
	thin_free(thin);
	begin();
	ck_assert_uint_eq(answers(20, NSTIME_S), 20);
	thin_free(thin);
}
END_TEST

START_TEST(every_failure_passes)
{
	begin();
	for (unsigned i = 0; i < 50; i++)
		ck_assert(thin_passes(thin,
		    &(struct observation){
			.kind = OBSERVATION_FAILED, .now = NOW }));
	thin_free(thin);
}
END_TEST

UNIT("thin", a_clock_that_stays_is_told_once_a_minute,
    a_clock_that_steps_is_told_at_once,
    of_answers_on_one_leg_the_first_pass_and_then_one_a_second,
    every_failure_passes)
