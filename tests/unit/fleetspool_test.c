/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetspool.h"

#include "unit/unit.h"

static struct fleetspool spool;

static void
expect(const char *text)
{
	struct fleetspool_batch *b = fleetspool_take(&spool);

	ck_assert_ptr_nonnull(b);
	ck_assert(slice_is(slice_of(b->octets, b->len), text));
	free(b);
}

START_TEST(what_came_first_leaves_first)
{
	fleetspool_init(&spool, 100);
	fleetspool_add(&spool, slice_text("one"), 0, "1");
	fleetspool_add(&spool, slice_text("two"), 3, "2");
	expect("one");
	expect("two");
	ck_assert_ptr_null(fleetspool_take(&spool));
	fleetspool_done(&spool);
}
END_TEST

START_TEST(what_is_put_back_is_the_first_again)
{
	struct fleetspool_batch *b;

	fleetspool_init(&spool, 100);
	fleetspool_add(&spool, slice_text("one"), 5, "1");
	fleetspool_add(&spool, slice_text("two"), 0, "2");
	b = fleetspool_take(&spool);
	ck_assert_uint_eq(b->part, 5);
	ck_assert_str_eq(b->id, "1");
	fleetspool_put_back(&spool, b);
	expect("one");
	fleetspool_done(&spool);
}
END_TEST

START_TEST(beyond_its_size_the_oldest_go_and_are_counted)
{
	fleetspool_init(&spool, 7);
	fleetspool_add(&spool, slice_text("one"), 0, "1");
	fleetspool_add(&spool, slice_text("two"), 0, "2");
	ck_assert_uint_eq(spool.full, 0);
	fleetspool_add(&spool, slice_text("three"), 0, "3");
	ck_assert_uint_eq(spool.full, 2);
	expect("three");
	ck_assert_uint_eq(spool.octets, 0);
	fleetspool_done(&spool);
}
END_TEST

UNIT("fleetspool", what_came_first_leaves_first,
    what_is_put_back_is_the_first_again,
    beyond_its_size_the_oldest_go_and_are_counted)
