/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/halves.h"

#include "base/totals.h"
#include "unit/fleetitems.h"

#define NOW FLEET_NOW

static struct halves *halves;
static struct budget_share *memory; /* NULL: no bounds */
static unsigned wants, joins;
static struct wire_want joined;

static void
on_want(void *arg, const struct wire_want *want)
{
	(void)arg;
	wants++;
	ck_assert_uint_eq(want->call, 5);
}

static void
begin(void)
{
	const struct halves_limits limits = {
		.halves = 10,
		.wait = 250 * NSTIME_MS,
		.kept = 60 * NSTIME_S,
		.memory = memory,
	};

	wants = joins = 0;
	halves = halves_new(&limits, on_want, NULL);
	ck_assert_ptr_nonnull(halves);
}

static void
input(bool is_request, uint32_t leg, nstime reached)
{
	struct wire_half half = {
		.call = 5, .leg = leg, .is_request = is_request, .now = NOW
	};

	if (is_request)
		half.client = fleet_host(1, 0).address;
	joins += halves_input(halves, &half, reached, &joined);
}

START_TEST(two_halves_in_either_order_are_the_transaction_of_the_request)
{
	begin();
	input(true, 1, NOW);
	input(false, 1, NOW);
	ck_assert_uint_eq(joins, 1);
	ck_assert_uint_eq(joined.client.version, 4);
	joined.client.version = 0;
	input(false, 2, NOW);
	input(true, 2, NOW);
	ck_assert_uint_eq(joins, 2);
	ck_assert_uint_eq(joined.client.version, 4);
	halves_tick(halves, NOW + 90 * NSTIME_S);
	ck_assert_uint_eq(wants, 0);
	halves_free(halves);
}
END_TEST

START_TEST(all_is_wanted_of_a_request_that_stays_alone_once)
{
	begin();
	input(true, 1, NOW);
	input(true, 1, NOW);
	input(true, 2, NOW);
	halves_tick(halves, NOW + 249 * NSTIME_MS);
	ck_assert_uint_eq(wants, 0);
	halves_tick(halves, NOW + 250 * NSTIME_MS);
	ck_assert_uint_eq(wants, 1);
	input(true, 3, NOW + NSTIME_S);
	halves_tick(halves, NOW + 9 * NSTIME_S);
	ck_assert_uint_eq(wants, 1);
	halves_free(halves);
}
END_TEST

START_TEST(a_response_alone_is_nothing)
{
	begin();
	input(false, 1, NOW);
	halves_tick(halves, NOW + 90 * NSTIME_S);
	ck_assert_uint_eq(wants, 0);
	halves_free(halves);
}
END_TEST

START_TEST(a_call_that_a_sensor_tells_is_wanted_of_all)
{
	const struct wire_want call = { .call = 5 };

	begin();
	halves_told(halves, &call, NOW);
	halves_told(halves, &call, NOW);
	ck_assert_uint_eq(wants, 1);
	halves_free(halves);
}
END_TEST

START_TEST(without_memory_the_oldest_goes)
{
	struct budget *budget = budget_new(1 << 20);
	struct totals t = { 0 };

	budget_reserve(budget, BUDGET_MERGE, 1024);
	memory = budget_share(budget, BUDGET_MERGE);
	begin();
	for (uint32_t leg = 1; leg <= 10; leg++)
		input(false, leg, NOW);
	ck_assert_uint_le(budget_used(budget), 1024);
	input(true, 10, NOW);
	halves_stats(halves, totals_gather, &t);
	ck_assert_uint_gt(totals_get(&t, "halves.evicted"), 0);
	ck_assert_uint_eq(totals_get(&t, "halves.joined"), 1);
	halves_free(halves);
	ck_assert_uint_eq(budget_used(budget), 0);
	budget_free(budget);
}
END_TEST

UNIT("halves", two_halves_in_either_order_are_the_transaction_of_the_request,
    all_is_wanted_of_a_request_that_stays_alone_once,
    a_response_alone_is_nothing, a_call_that_a_sensor_tells_is_wanted_of_all,
    without_memory_the_oldest_goes)
