/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/intern.h"

#include "unit/unit.h"

static const struct siphash_key key = { 1, 2 };

START_TEST(equal_texts_are_kept_once)
{
	struct intern *in = intern_new(&key, NULL);
	char copy[] = "sip:a@example.com";
	struct interned *a = intern_take(in, slice_text("sip:a@example.com"));

	ck_assert_ptr_eq(intern_take(in, slice_text(copy)), a);
	copy[0] = 'x';
	ck_assert(slice_is(intern_text(a), "sip:a@example.com"));
	ck_assert_uint_eq(intern_count(in), 1);
	intern_free(in);
}
END_TEST

START_TEST(different_ones_stay_apart)
{
	struct intern *in = intern_new(&key, NULL);
	struct interned *a = intern_take(in, slice_text("a"));
	struct interned *none = intern_take(in, slice_of(NULL, 0));

	ck_assert_ptr_ne(intern_take(in, slice_text("b")), a);
	ck_assert_uint_eq(intern_text(none).len, 0);
	ck_assert_uint_eq(intern_count(in), 3);
	intern_free(in);
}
END_TEST

START_TEST(it_goes_when_the_last_one_gives_it_back)
{
	struct intern *in = intern_new(&key, NULL);
	struct interned *a = intern_take(in, slice_text("a"));

	intern_take(in, slice_text("a"));
	intern_give(in, a);
	ck_assert(slice_is(intern_text(a), "a"));
	intern_give(in, a);
	ck_assert_uint_eq(intern_count(in), 0);
	intern_give(in, NULL);
	intern_free(in);
}
END_TEST

UNIT("intern", equal_texts_are_kept_once, different_ones_stay_apart,
    it_goes_when_the_last_one_gives_it_back)
