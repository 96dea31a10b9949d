/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetagree.h"

#include "unit/fleetfake.h"

START_TEST(the_first_judge_s_number_is_the_fleet_s)
{
	const struct fleetdoor_member judge = fleetfake_member("j");
	const struct fleetdoor_member sensor = fleetfake_member("s");

	ck_assert_int_eq(fleetagree(&sensor, 16, false), -ENOENT);
	ck_assert_int_eq(fleetagree(&judge, 8, true), 0);
	ck_assert(fleetfake_is("partitions", "8"));
	ck_assert_int_eq(fleetagree(&sensor, 16, false), -EINVAL);
	ck_assert_int_eq(fleetagree(&sensor, 8, false), 0);
	ck_assert_int_eq(fleetagree(&judge, 16, true), -EINVAL);
	ck_assert(fleetfake_is("partitions", "8"));
}
END_TEST

START_TEST(a_judge_writes_it_again_since_keys_end)
{
	const struct fleetdoor_member judge = fleetfake_member("j");
	uint64_t before;

	fleetagree(&judge, 8, true);
	before = fleetfake_find("partitions")->revision;
	ck_assert_int_eq(fleetagree(&judge, 8, true), 0);
	ck_assert_uint_gt(fleetfake_find("partitions")->revision, before);
}
END_TEST

START_TEST(what_cannot_be_read_is_no_agreement)
{
	const struct fleetdoor_member judge = fleetfake_member("j");

	fleetfake_away = true;
	ck_assert_int_eq(fleetagree(&judge, 8, true), -ETIMEDOUT);
}
END_TEST

UNIT("fleetagree", the_first_judge_s_number_is_the_fleet_s,
    a_judge_writes_it_again_since_keys_end, what_cannot_be_read_is_no_agreement)
