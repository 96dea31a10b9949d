/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/heavy.h"

#include "unit/unit.h"

static struct heavy heavy;
static struct address hosts[HEAVY_SAMPLE];

static void
setup(void)
{
	heavy = (struct heavy){ .count = 0 };
	for (size_t i = 0; i < HEAVY_SAMPLE; i++)
		hosts[i] = (struct address){
			.octets = { 10, 0, 0, (uint8_t)i },
			.version = 4,
		};
}

/* Of `own' from each of the first `sources', and the others' one each. */
static void
learn(size_t sources, size_t own)
{
	const struct address *sample[HEAVY_SAMPLE];

	for (size_t i = 0; i < HEAVY_SAMPLE; i++)
		sample[i] = &hosts[i < sources * own ? i % sources : i];
	heavy_learn(&heavy, sample, HEAVY_SAMPLE);
}

START_TEST(one_that_floods_is_found_and_the_others_are_not)
{
	setup();
	learn(1, 40);
	ck_assert(heavy_has(&heavy, &hosts[0]));
	for (size_t i = 1; i < HEAVY_SAMPLE; i++)
		ck_assert(!heavy_has(&heavy, &hosts[i]));
}
END_TEST

START_TEST(eight_of_an_eighth_each_are_found)
{
	setup();
	learn(8, 8);
	for (size_t i = 0; i < 8; i++)
		ck_assert(heavy_has(&heavy, &hosts[i]));
}
END_TEST

START_TEST(among_many_with_one_each_there_is_none)
{
	setup();
	learn(0, 0);
	ck_assert_uint_eq(heavy.count, 0);
}
END_TEST

START_TEST(few_say_nothing)
{
	const struct address *sample[] = { &hosts[0], &hosts[0], &hosts[0] };

	setup();
	heavy_learn(&heavy, sample, 3);
	ck_assert(!heavy_has(&heavy, &hosts[0]));
}
END_TEST

START_TEST(a_64_of_ipv6_is_one_source)
{
	setup();
	for (size_t i = 0; i < HEAVY_SAMPLE; i++)
		hosts[i] = (struct address){
			.octets = { 0x20, 1, [8] = (uint8_t)i, [15] = 7 },
			.version = 6,
		};
	learn(0, 0);
	ck_assert_uint_eq(heavy.count, 1);
	hosts[0].octets[7] = 1;
	ck_assert(!heavy_has(&heavy, &hosts[0]));
}
END_TEST

UNIT("heavy", one_that_floods_is_found_and_the_others_are_not,
    eight_of_an_eighth_each_are_found, among_many_with_one_each_there_is_none,
    few_say_nothing, a_64_of_ipv6_is_one_source)
