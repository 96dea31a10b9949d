/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/differing.h"

#include <stdio.h>

#include "unit/unit.h"

START_TEST(a_pair_that_agrees_leaves_the_others)
{
	struct differing d = { .count = 0 };

	differing_add(&d, "fleet", "east");
	differing_add(&d, "fleet", "west");
	differing_remove(&d, "fleet", "east");
	ck_assert_uint_eq(d.count, 1);
	differing_remove(&d, "fleet", "west");
	ck_assert_uint_eq(d.count, 0);
}
END_TEST

START_TEST(a_pair_is_kept_once)
{
	struct differing d = { .count = 0 };

	differing_add(&d, "eth1", "eth2");
	differing_add(&d, "eth1", "eth2");
	ck_assert_uint_eq(d.count, 1);
}
END_TEST

START_TEST(a_pair_that_was_not_added_is_not_removed)
{
	struct differing d = { .count = 0 };

	differing_add(&d, "eth1", "eth2");
	differing_remove(&d, "eth2", "eth1");
	differing_remove(&d, "eth1", "eth3");
	ck_assert_uint_eq(d.count, 1);
}
END_TEST

START_TEST(pairs_beyond_the_limit_are_not_kept)
{
	struct differing d = { .count = 0 };
	char name[16];

	for (unsigned i = 0; i < DIFFERING_MOST + 10; i++) {
		snprintf(name, sizeof(name), "%u", i);
		differing_add(&d, "fleet", name);
	}
	ck_assert_uint_eq(d.count, DIFFERING_MOST);
	differing_remove(&d, "fleet", name);
	ck_assert_uint_eq(d.count, DIFFERING_MOST);
}
END_TEST

UNIT("differing", a_pair_that_agrees_leaves_the_others, a_pair_is_kept_once,
    a_pair_that_was_not_added_is_not_removed,
    pairs_beyond_the_limit_are_not_kept)
