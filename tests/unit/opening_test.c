/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/opening.h"

#include "unit.h"

static struct slice
say(struct openings *o, void **slot, const char *text)
{
	const struct slice all = opening_input(slot, slice_text(text));

	ck_assert(opening_keep(o, slot, all));
	return all;
}

START_TEST(what_was_cut_is_put_together)
{
	struct openings o = { .kept = 0 };
	void *slot = NULL;

	ck_assert(slice_is(say(&o, &slot, "ab"), "ab"));
	ck_assert(slice_is(say(&o, &slot, ""), "ab"));
	ck_assert(slice_is(say(&o, &slot, "c"), "abc"));
	ck_assert(!opening_is_over(&slot));
	opening_end(&o, &slot);
	ck_assert(opening_is_over(&slot));
	ck_assert_uint_eq(o.kept, 0);
	opening_forget(&o, &slot);
	ck_assert_ptr_null(slot);
}
END_TEST

START_TEST(it_ends_where_nothing_more_fits)
{
	static uint8_t octets[OPENING_OCTETS + 1];
	struct openings o = { .kept = 0 };
	void *slot = NULL;
	struct slice all;

	say(&o, &slot, "a");
	all = opening_input(&slot, slice_of(octets, sizeof(octets)));
	ck_assert_uint_eq(all.len, OPENING_OCTETS);
	ck_assert(!opening_keep(&o, &slot, all));
	ck_assert(opening_is_over(&slot));

	opening_forget(&o, &slot);
	all = opening_input(&slot, slice_of(octets, sizeof(octets)));
	ck_assert_uint_eq(all.len, OPENING_OCTETS);
	ck_assert(!opening_keep(&o, &slot, all));
	opening_forget(&o, &slot);
	ck_assert_uint_eq(o.kept, 0);
}
END_TEST

START_TEST(only_so_many_are_kept_at_a_time)
{
	static void *slots[OPENING_MOST + 1];
	struct openings o = { .kept = 0 };
	void **last = &slots[OPENING_MOST];

	for (size_t i = 0; i < OPENING_MOST; i++)
		say(&o, &slots[i], "a");
	ck_assert(!opening_keep(&o, last, slice_text("a")));
	ck_assert(opening_is_over(last));
	ck_assert_uint_eq(o.too_many, 1);
	opening_forget(&o, &slots[0]);
	opening_forget(&o, last);
	say(&o, last, "a");
	for (size_t i = 0; i <= OPENING_MOST; i++)
		opening_forget(&o, &slots[i]);
	ck_assert_uint_eq(o.kept, 0);
}
END_TEST

UNIT("opening", what_was_cut_is_put_together, it_ends_where_nothing_more_fits,
    only_so_many_are_kept_at_a_time)
