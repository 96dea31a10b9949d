/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/pairs.h"

#include "unit/unit.h"

static const struct pairs_limits limits = { .pairs = 3, .key = { 1, 2 } };

static struct address
host(uint8_t number)
{
	const uint8_t octets[] = { 192, 0, 2, number };

	return endpoint_address(slice_of(octets, 4));
}

static void
input(struct pairs *p, uint8_t from, uint8_t to, nstime now)
{
	const struct address a = host(from), b = host(to);

	pairs_input(p, &a, &b, now);
}

static struct pairs_facts
facts(const struct pairs *p, uint8_t from, uint8_t to)
{
	const struct address a = host(from), b = host(to);
	struct pairs_facts f;

	pairs_facts(p, &a, &b, &f);
	return f;
}

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	if (strcmp(name, "pairs.forgotten") == 0)
		*(uint64_t *)arg = value;
}

START_TEST(each_direction_is_counted_on_its_own)
{
	struct pairs *p = pairs_new(&limits);

	input(p, 1, 2, 10);
	input(p, 1, 2, 20);
	input(p, 2, 1, 30);
	ck_assert_uint_eq(facts(p, 1, 2).packets, 2);
	ck_assert_int_eq(facts(p, 1, 2).last, 20);
	ck_assert_uint_eq(facts(p, 2, 1).packets, 1);
	pairs_free(p);
}
END_TEST

START_TEST(an_unknown_pair_has_no_facts)
{
	struct pairs *p = pairs_new(&limits);

	ck_assert_uint_eq(facts(p, 1, 2).packets, 0);
	ck_assert_int_eq(facts(p, 1, 2).unreachable_at, INT64_MIN);
	pairs_free(p);
}
END_TEST

START_TEST(the_last_unreachable_is_remembered)
{
	struct pairs *p = pairs_new(&limits);
	const struct address from = host(1);
	const struct endpoint port = { .address = host(2), .port = 5062 };
	const struct endpoint whole_host = { .address = host(2) };

	pairs_unreachable(p, &from, &whole_host, 10);
	ck_assert_uint_eq(facts(p, 1, 2).unreachable_port, 0);
	pairs_unreachable(p, &from, &port, 20);
	ck_assert_int_eq(facts(p, 1, 2).unreachable_at, 20);
	ck_assert_uint_eq(facts(p, 1, 2).unreachable_port, 5062);
	ck_assert_uint_eq(facts(p, 1, 2).packets, 0);
	ck_assert_int_eq(facts(p, 2, 1).unreachable_at, INT64_MIN);
	pairs_free(p);
}
END_TEST

START_TEST(the_one_unused_for_longest_is_forgotten)
{
	struct pairs *p = pairs_new(&limits);
	uint64_t forgotten = 0;

	input(p, 1, 2, 1);
	input(p, 1, 3, 2);
	input(p, 1, 4, 3);
	input(p, 1, 2, 4);
	input(p, 1, 5, 5);
	ck_assert_uint_eq(facts(p, 1, 2).packets, 2);
	ck_assert_uint_eq(facts(p, 1, 3).packets, 0);
	ck_assert_uint_eq(facts(p, 1, 5).packets, 1);
	pairs_stats(p, on_counter, &forgotten);
	ck_assert_uint_eq(forgotten, 1);
	pairs_free(p);
}
END_TEST

START_TEST(a_lower_limit_holds_from_the_next_pair_on)
{
	struct pairs *p = pairs_new(&limits);
	const struct pairs_limits lower = { .pairs = 1 };
	const struct pairs_limits none = { .pairs = 0 };

	input(p, 1, 2, 1);
	input(p, 1, 3, 2);
	pairs_set(p, &lower);
	input(p, 1, 4, 3);
	ck_assert_uint_eq(facts(p, 1, 2).packets, 0);
	ck_assert_uint_eq(facts(p, 1, 3).packets, 0);
	ck_assert_uint_eq(facts(p, 1, 4).packets, 1);
	pairs_set(p, &none);
	input(p, 1, 5, 4);
	ck_assert_uint_eq(facts(p, 1, 5).packets, 0);
	pairs_free(p);
}
END_TEST

static void
answer(struct pairs *p, uint8_t from, uint8_t to, nstime now)
{
	const struct address a = host(from), b = host(to);

	pairs_input(p, &a, &b, now);
	pairs_answer(p, &a, &b, now);
}

START_TEST(a_pair_that_worked_outlives_any_number_that_did_not)
{
	struct pairs *p = pairs_new(&limits);

	answer(p, 1, 2, 0);
	answer(p, 1, 2, NSTIME_S);
	ck_assert(facts(p, 1, 2).worked);
	for (uint8_t i = 3; i < 250; i++)
		input(p, i, 2, 2 * NSTIME_S);
	ck_assert(facts(p, 1, 2).worked);
	pairs_free(p);
}
END_TEST

START_TEST(a_burst_of_answers_does_not_show_that_a_pair_works)
{
	struct pairs *p = pairs_new(&limits);

	for (nstime at = 0; at < 10; at++)
		answer(p, 1, 2, at);
	ck_assert(!facts(p, 1, 2).worked);
	pairs_free(p);
}
END_TEST

START_TEST(half_of_the_pairs_at_most_are_kept_because_they_worked)
{
	struct pairs *p = pairs_new(&limits);

	for (uint8_t i = 1; i < 4; i++) {
		answer(p, i, 10, 0);
		answer(p, i, 10, NSTIME_S);
	}
	ck_assert_uint_eq(facts(p, 1, 10).worked + facts(p, 2, 10).worked +
		facts(p, 3, 10).worked,
	    1);
	pairs_free(p);
}
END_TEST

UNIT("pairs", a_pair_that_worked_outlives_any_number_that_did_not,
    a_burst_of_answers_does_not_show_that_a_pair_works,
    half_of_the_pairs_at_most_are_kept_because_they_worked,
    each_direction_is_counted_on_its_own, an_unknown_pair_has_no_facts,
    the_last_unreachable_is_remembered, the_one_unused_for_longest_is_forgotten,
    a_lower_limit_holds_from_the_next_pair_on)
