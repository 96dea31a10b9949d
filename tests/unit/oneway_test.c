/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/oneway.h"

#include "unit/saved.h"
#include "unit/unit.h"

enum { NEEDED = 3 };

static struct oneway *
oneway_of(size_t pairs)
{
	const struct siphash_key key = { 1, 2 };
	struct oneway *o = oneway_new(pairs, &key, NULL);

	ck_assert_ptr_nonnull(o);
	oneway_set(o, pairs, NEEDED);
	return o;
}

static struct address
host(uint8_t number)
{
	return endpoint_address(
	    slice_of((const uint8_t[]){ 192, 0, 2, number }, 4));
}

static bool
unanswered(struct oneway *o, uint8_t from, uint8_t to, unsigned *count)
{
	const struct address a = host(from), b = host(to);

	return oneway_unanswered(o, &a, &b, count);
}

static bool
both(struct oneway *o, uint8_t from, uint8_t to, unsigned *count)
{
	const struct address a = host(from), b = host(to);

	return oneway_both(o, &a, &b, count);
}

START_TEST(so_many_in_a_row_are_one_way)
{
	struct oneway *o = oneway_of(10);
	unsigned count = 0;

	ck_assert(!unanswered(o, 1, 2, &count));
	ck_assert(!unanswered(o, 1, 2, &count));
	ck_assert(unanswered(o, 1, 2, &count));
	ck_assert_uint_eq(count, NEEDED);
	ck_assert(unanswered(o, 1, 2, &count));
	ck_assert_uint_eq(count, NEEDED + 1);
	oneway_free(o);
}
END_TEST

START_TEST(the_directions_of_two_hosts_are_two_pairs)
{
	struct oneway *o = oneway_of(10);
	unsigned count = 0;

	unanswered(o, 1, 2, &count);
	unanswered(o, 1, 2, &count);
	ck_assert(!unanswered(o, 2, 1, &count));
	ck_assert(unanswered(o, 1, 2, &count));
	oneway_free(o);
}
END_TEST

START_TEST(a_packet_back_begins_the_row_again)
{
	struct oneway *o = oneway_of(10);
	unsigned count = 0;

	unanswered(o, 1, 2, &count);
	unanswered(o, 1, 2, &count);
	ck_assert(!both(o, 1, 2, &count));
	ck_assert(!unanswered(o, 1, 2, &count));
	unanswered(o, 1, 2, &count);
	ck_assert(unanswered(o, 1, 2, &count));
	ck_assert(both(o, 1, 2, &count));
	ck_assert_uint_eq(count, NEEDED);
	ck_assert(!both(o, 1, 2, &count));
	oneway_free(o);
}
END_TEST

static uint64_t evicted;

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)arg;
	ck_assert_int_eq(kind, COUNTER_LIMIT);
	ck_assert_str_eq(name, "visibility.pairs_evicted");
	evicted = value;
}

START_TEST(pairs_above_the_limit_give_way_and_are_counted)
{
	struct oneway *o = oneway_of(2);
	unsigned count = 0;

	for (uint8_t i = 1; i <= 5; i++)
		unanswered(o, i, 9, &count);
	oneway_stats(o, on_counter, NULL);
	ck_assert_uint_eq(evicted, 3);
	oneway_free(o);
}
END_TEST

static struct oneway *loaded;

static bool
load(struct slice octets)
{
	struct cursor c = cursor_over(octets);

	oneway_free(loaded);
	loaded = oneway_of(10);
	return oneway_load(loaded, &c);
}

START_TEST(pairs_that_are_one_way_survive_a_restart)
{
	struct oneway *o = oneway_of(10);
	struct record r;
	unsigned count = 0;

	for (unsigned i = 0; i < NEEDED; i++)
		unanswered(o, 1, 2, &count);
	unanswered(o, 3, 4, &count);
	record_init(&r, 10000);
	oneway_save(o, &r);
	oneway_free(o);
	saved_whole_or_older(&r, load, true);
	ck_assert(!both(loaded, 3, 4, &count));
	ck_assert(both(loaded, 1, 2, &count));
	ck_assert_uint_eq(count, NEEDED);
	oneway_free(loaded);
}
END_TEST

START_TEST(rows_that_are_too_short_go_on_after_a_restart)
{
	struct oneway *o = oneway_of(3);
	struct record r;
	unsigned count = 0;

	for (uint8_t a = 1; a <= 3; a++)
		for (unsigned i = 1; i < NEEDED; i++)
			unanswered(o, a, 9, &count);
	record_init(&r, 10000);
	oneway_save(o, &r);
	oneway_free(o);
	saved_whole_or_older(&r, load, true);
	oneway_set(loaded, 2, NEEDED); /* the oldest goes */
	ck_assert(!both(loaded, 2, 9, &count));
	ck_assert(!unanswered(loaded, 2, 9, &count));
	ck_assert(unanswered(loaded, 3, 9, &count));
	ck_assert_uint_eq(count, NEEDED);
	ck_assert(!unanswered(loaded, 1, 9, &count));
	oneway_free(loaded);
}
END_TEST

UNIT("oneway", so_many_in_a_row_are_one_way,
    the_directions_of_two_hosts_are_two_pairs,
    a_packet_back_begins_the_row_again,
    pairs_above_the_limit_give_way_and_are_counted,
    pairs_that_are_one_way_survive_a_restart,
    rows_that_are_too_short_go_on_after_a_restart)
