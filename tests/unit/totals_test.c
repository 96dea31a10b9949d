/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/totals.h"

#include "unit/saved.h"

static struct totals loaded;

START_TEST(counters_of_one_name_add_up)
{
	struct totals t = { .count = 0 };

	totals_add(&t, "a.b", 2);
	totals_gather(&t, COUNTER_EVENT, "a.c", 1);
	totals_add(&t, "a.b", 3);
	ck_assert_uint_eq(totals_get(&t, "a.b"), 5);
	ck_assert_uint_eq(totals_get(&t, "a.c"), 1);
	ck_assert_uint_eq(totals_get(&t, "a.d"), 0);
}
END_TEST

START_TEST(a_counter_of_a_limit_is_known_as_one)
{
	struct totals t = { .count = 0 };

	totals_gather(&t, COUNTER_EVENT, "a.dropped", 1);
	totals_add(&t, "a.full", 1);
	ck_assert_int_ne(t.entries[1].kind, COUNTER_LIMIT);
	totals_gather(&t, COUNTER_LIMIT, "a.full", 1);
	ck_assert_int_eq(t.entries[0].kind, COUNTER_EVENT);
	ck_assert_int_eq(t.entries[1].kind, COUNTER_LIMIT);
	ck_assert_uint_eq(t.entries[1].value, 2);
}
END_TEST

START_TEST(names_beyond_the_limit_are_dropped)
{
	struct totals t = { .count = 0 };
	char name[] = "aa";

	for (unsigned i = 0; i < 2 * TOTALS_MOST; i++) {
		name[0] = (char)('a' + i / 26);
		name[1] = (char)('a' + i % 26);
		totals_add(&t, name, 1);
	}
	ck_assert_uint_eq(t.count, TOTALS_MOST);
	totals_add(&t, "aa", 1);
	ck_assert_uint_eq(totals_get(&t, "aa"), 2);
}
END_TEST

static bool
load(struct slice octets)
{
	struct cursor c = cursor_over(octets);

	loaded = (struct totals){ .count = 0 };
	totals_load(&loaded, &c);
	return !c.bad;
}

START_TEST(they_go_on_after_a_restart)
{
	struct totals t = { .count = 0 };
	struct record r;

	totals_add(&t, "a.b", 2);
	totals_add(&t, "", 3);
	record_init(&r, 1000);
	totals_save(&r, &t);
	saved_whole_or_not_at_all(&r, load);
	ck_assert_uint_eq(totals_get(&loaded, "a.b"), 2);
	ck_assert_uint_eq(totals_get(&loaded, ""), 3);
}
END_TEST

UNIT("totals", counters_of_one_name_add_up,
    a_counter_of_a_limit_is_known_as_one, names_beyond_the_limit_are_dropped,
    they_go_on_after_a_restart)
