/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/lru.h"

#include "unit.h"

static const struct siphash_key key = { 1, 2 };

struct object {
	struct lru_entry entry;
	unsigned n;
};

static unsigned done_count, done_last;

static void
on_done(void *arg, void *object)
{
	ck_assert_ptr_eq(arg, &done_count);
	done_count++;
	done_last = ((struct object *)object)->n;
}

static bool
is_number(const struct table_entry *entry, const void *n)
{
	return ((const struct object *)entry)->n == *(const unsigned *)n;
}

static struct lru *
lru(size_t limit)
{
	const struct lru_setup setup = {
		.limit = limit,
		.octets = sizeof(struct object),
		.equal = is_number,
		.done = on_done,
		.arg = &done_count,
	};

	done_count = done_last = 0;
	return lru_new(&setup, &key);
}

/* All of them have one hash. */
static struct object *
add(struct lru *l, unsigned n)
{
	struct object *o = lru_add(l, 7);

	if (o != NULL)
		o->n = n;
	return o;
}

static struct object *
find(const struct lru *l, unsigned n)
{
	return lru_find(l, 7, &n);
}

/* In order of use, both ways. */
static void
check_order(const struct lru *l, const unsigned *numbers, size_t count)
{
	const struct object *o = lru_oldest(l);

	for (size_t i = 0; i < count; i++, o = lru_newer(o))
		ck_assert_uint_eq(o->n, numbers[i]);
	ck_assert_ptr_null(o);
	o = lru_newest(l);
	for (size_t i = count; i > 0; i--, o = lru_older(o))
		ck_assert_uint_eq(o->n, numbers[i - 1]);
	ck_assert_ptr_null(o);
	ck_assert_uint_eq(lru_count(l), count);
}

START_TEST(the_longest_unused_gives_way)
{
	struct lru *l = lru(3);

	for (unsigned n = 1; n <= 3; n++)
		add(l, n);
	lru_use(l, find(l, 1));
	add(l, 4);
	check_order(l, (unsigned[]){ 3, 1, 4 }, 3);
	ck_assert_ptr_null(find(l, 2));
	ck_assert_uint_eq(done_last, 2);
	ck_assert_uint_eq(lru_evicted(l), 1);
	lru_free(l);
	ck_assert_uint_eq(done_count, 4);
}
END_TEST

START_TEST(order_can_be_set_and_any_one_forgotten)
{
	struct lru *l = lru(9);

	for (unsigned n = 1; n <= 4; n++)
		add(l, n);
	lru_age(l, find(l, 4));
	lru_use(l, find(l, 4));
	lru_age(l, find(l, 3));
	check_order(l, (unsigned[]){ 3, 1, 2, 4 }, 4);
	lru_forget(l, find(l, 1));
	lru_forget(l, find(l, 3));
	lru_forget(l, find(l, 4));
	check_order(l, (unsigned[]){ 2 }, 1);
	lru_use(l, find(l, 2));
	lru_age(l, find(l, 2));
	lru_forget(l, find(l, 2));
	check_order(l, NULL, 0);
	ck_assert_uint_eq(lru_evicted(l), 0);
	lru_free(l);
}
END_TEST

START_TEST(a_lower_limit_holds_from_the_next_one_on)
{
	struct lru *l = lru(4);

	for (unsigned n = 1; n <= 4; n++)
		add(l, n);
	lru_set(l, 2);
	ck_assert_uint_eq(lru_count(l), 4);
	add(l, 5);
	check_order(l, (unsigned[]){ 4, 5 }, 2);
	lru_set(l, 1);
	lru_trim(l);
	check_order(l, (unsigned[]){ 5 }, 1);
	lru_set(l, 0);
	ck_assert_ptr_null(add(l, 6));
	ck_assert_uint_eq(lru_failed(l), 1);
	check_order(l, NULL, 0);
	lru_free(l);
}
END_TEST

START_TEST(what_is_kept_goes_after_all_that_is_not)
{
	struct lru *l = lru(4);

	lru_keep(l, add(l, 1));
	for (unsigned n = 2; n < 100; n++)
		add(l, n);
	check_order(l, (unsigned[]){ 97, 98, 99, 1 }, 4);
	lru_use(l, find(l, 97));
	check_order(l, (unsigned[]){ 98, 99, 97, 1 }, 4);
	lru_age(l, find(l, 97));
	check_order(l, (unsigned[]){ 97, 98, 99, 1 }, 4);
	lru_free(l);
}
END_TEST

START_TEST(at_most_half_is_kept)
{
	struct lru *l = lru(4);

	for (unsigned n = 1; n <= 4; n++)
		lru_keep(l, add(l, n));
	add(l, 5);
	check_order(l, (unsigned[]){ 2, 5, 3, 4 }, 4);
	add(l, 6);
	check_order(l, (unsigned[]){ 5, 6, 3, 4 }, 4);
	lru_free(l);
}
END_TEST

START_TEST(the_share_of_memory_bounds_them_too)
{
	struct budget *budget = budget_new(100000);
	struct lru_setup setup = {
		.limit = 100000,
		.octets = 1000,
		.memory = budget_share(budget, BUDGET_SINKS),
		.equal = is_number,
	};
	struct lru *l = lru_new(&setup, &key);

	for (unsigned n = 1; n <= 1000; n++)
		ck_assert_ptr_nonnull(add(l, n));
	ck_assert_uint_le(budget_used(budget), 100000);
	ck_assert_ptr_nonnull(find(l, 1000));
	ck_assert_uint_gt(lru_evicted(l), 900);
	lru_free(l);
	ck_assert_uint_eq(budget_used(budget), 0);
	budget_free(budget);
}
END_TEST

UNIT("lru", what_is_kept_goes_after_all_that_is_not, at_most_half_is_kept,
    the_share_of_memory_bounds_them_too, the_longest_unused_gives_way,
    order_can_be_set_and_any_one_forgotten,
    a_lower_limit_holds_from_the_next_one_on)
