/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/tallies.h"

#include "unit/fleetitems.h"

static unsigned told;
static uint64_t sum;

static void
on_item(void *arg, const struct wire_item *item)
{
	(void)arg;
	ck_assert_int_eq(item->kind, WIRE_TALLY);
	told++;
	sum += item->tally.answered;
}

START_TEST(each_server_and_method_is_told_once_and_forgotten)
{
	struct tallies t = { .count = 0 };
	const struct endpoint server = fleet_host(2, 5062);

	tallies_add(&t, &server, slice_text("SERVICE"), 1);
	tallies_add(&t, &server, slice_text("SERVICE"), 1);
	tallies_add(&t, &server, slice_text("OPTIONS"), 0);
	tallies_tell(&t, on_item, NULL);
	ck_assert_uint_eq(told, 2);
	ck_assert_uint_eq(sum, 2);
	tallies_tell(&t, on_item, NULL);
	ck_assert_uint_eq(told, 2);
}
END_TEST

START_TEST(what_there_is_no_room_for_is_counted)
{
	static struct tallies t;

	for (uint16_t i = 0; i <= TALLIES_MOST; i++)
		tallies_add(
		    &t, &(struct endpoint){ .port = i }, slice_text("A"), 1);
	ck_assert_uint_eq(t.full, 1);
}
END_TEST

UNIT("tallies", each_server_and_method_is_told_once_and_forgotten,
    what_there_is_no_room_for_is_counted)
