/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/blindness.h"

#include "base/nstime.h"
#include "unit/unit.h"

#define QUIET (100 * NSTIME_S)

START_TEST(it_is_reported_from_a_number_on)
{
	struct blindness b = { .needed = 2 };

	ck_assert(!blindness_add(&b, 1));
	ck_assert(blindness_add(&b, 2));
	ck_assert(blindness_add(&b, 3));
	ck_assert_uint_eq(b.count, 3);
}
END_TEST

START_TEST(it_is_over_when_it_was_quiet_for_long)
{
	struct blindness b = { .needed = 1 };

	ck_assert_int_eq(blindness_ends(&b, QUIET), NSTIME_NEVER);
	blindness_add(&b, 0);
	blindness_add(&b, NSTIME_S);
	ck_assert_int_eq(blindness_ends(&b, QUIET), QUIET + NSTIME_S);
	ck_assert(!blindness_over(&b, QUIET, QUIET));
	ck_assert(blindness_over(&b, QUIET, QUIET + NSTIME_S));
	ck_assert(!blindness_over(&b, QUIET, QUIET + NSTIME_S));
}
END_TEST

START_TEST(what_was_not_reported_is_forgotten_without_a_word)
{
	struct blindness b = { .needed = 2 };

	blindness_add(&b, 0);
	ck_assert(!blindness_over(&b, QUIET, QUIET));
	ck_assert_uint_eq(b.count, 0);
}
END_TEST

UNIT("blindness", it_is_reported_from_a_number_on,
    it_is_over_when_it_was_quiet_for_long,
    what_was_not_reported_is_forgotten_without_a_word)
