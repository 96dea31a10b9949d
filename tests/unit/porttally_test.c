/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/porttally.h"

#include "unit/unit.h"

START_TEST(counts_are_kept_by_port_in_order)
{
	struct porttally tally = { .count = 0 };

	porttally_add(&tally, 5080, 1);
	porttally_add(&tally, 5067, 2);
	porttally_add(&tally, 5080, 3);
	ck_assert_uint_eq(tally.count, 2);
	ck_assert_uint_eq(tally.entries[0].port, 5067);
	ck_assert_uint_eq(tally.entries[0].count, 2);
	ck_assert_uint_eq(tally.entries[1].port, 5080);
	ck_assert_uint_eq(tally.entries[1].count, 4);
	ck_assert_uint_eq(porttally_sum(&tally), 6);
}
END_TEST

START_TEST(ports_beyond_the_limit_are_counted_together)
{
	struct porttally tally = { .count = 0 };

	for (unsigned port = 2 * PORTTALLY_MOST; port > 0; port--)
		porttally_add(&tally, (uint16_t)port, 1);
	ck_assert_uint_eq(tally.count, PORTTALLY_MOST);
	ck_assert_uint_eq(tally.others, PORTTALLY_MOST);
	ck_assert_uint_eq(porttally_sum(&tally), 2 * PORTTALLY_MOST);
	porttally_add(&tally, 2 * PORTTALLY_MOST, 1);
	ck_assert_msg(tally.others == PORTTALLY_MOST, "a known one still is");
}
END_TEST

UNIT("porttally", counts_are_kept_by_port_in_order,
    ports_beyond_the_limit_are_counted_together)
