/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/obstacle.h"

#include "unit/unit.h"

START_TEST(the_majority_is_found)
{
	struct obstacle_vote vote = { 0, 0 };

	for (unsigned i = 0; i < 100; i++)
		obstacle_count(&vote, i % 5 < 3 ? 42 : i);
	ck_assert_uint_eq(vote.value, 42);
	ck_assert_uint_gt(vote.lead, 0);
}
END_TEST

UNIT("obstacle", the_majority_is_found)
