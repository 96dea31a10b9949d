/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/verdicts.h"

#include "unit/unit.h"

static const struct siphash_key key = { 1, 2 };

static void
add(struct verdicts *v, uint64_t id, nstime forget)
{
	verdicts_add(v, &(struct verdict){ id, 3, false }, forget);
}

START_TEST(a_verdict_is_found_and_can_be_changed)
{
	struct verdicts *v = verdicts_new(10, &key, NULL);

	add(v, 7, 100);
	ck_assert_ptr_null(verdicts_find(v, 8));
	ck_assert_uint_eq(verdicts_find(v, 7)->verdict, 3);
	verdicts_find(v, 7)->told = true;
	ck_assert(verdicts_find(v, 7)->told);
	verdicts_remove(v, 7);
	verdicts_remove(v, 7);
	ck_assert_ptr_null(verdicts_find(v, 7));
	verdicts_free(v);
}
END_TEST

START_TEST(it_is_forgotten_in_time)
{
	struct verdicts *v = verdicts_new(10, &key, NULL);

	add(v, 7, 100);
	add(v, 8, 200);
	ck_assert_int_eq(verdicts_next_deadline(v), 100);
	verdicts_tick(v, 100);
	ck_assert_ptr_null(verdicts_find(v, 7));
	ck_assert_ptr_nonnull(verdicts_find(v, 8));
	verdicts_free(v);
}
END_TEST

START_TEST(at_the_limit_one_more_is_refused_and_counted)
{
	struct verdicts *v = verdicts_new(1, &key, NULL);

	add(v, 7, 100);
	add(v, 8, 100);
	ck_assert_ptr_null(verdicts_find(v, 8));
	ck_assert_uint_eq(verdicts_refused(v), 1);
	verdicts_set(v, 2);
	add(v, 8, 100);
	ck_assert_ptr_nonnull(verdicts_find(v, 8));
	verdicts_free(v);
}
END_TEST

UNIT("verdicts", a_verdict_is_found_and_can_be_changed, it_is_forgotten_in_time,
    at_the_limit_one_more_is_refused_and_counted)
