/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/pools.h"

#include "incidentstory.h"
#include "unit.h"

START_TEST(a_host_is_found_in_its_pool)
{
	const struct address east[] = { host(1), host(2) },
			     west[] = { host(3) };
	const struct hosts_pool configured[] = {
		{ "east", east, 2, 0 },
		{ "west", west, 1, 0 },
	};
	struct pools *p = pools_new(configured, 2);
	const struct address stranger = host(4);

	ck_assert_str_eq(pools_find(p, &east[1])->name, "east");
	ck_assert_uint_eq(pools_find(p, &east[1])->member_count, 2);
	ck_assert_str_eq(pools_find(p, &west[0])->name, "west");
	ck_assert_ptr_null(pools_find(p, &stranger));
	pools_free(p);
}
END_TEST

START_TEST(there_may_be_none)
{
	struct pools *p = pools_new(NULL, 0);
	const struct address any = host(1);

	ck_assert_ptr_null(pools_find(p, &any));
	pools_free(p);
}
END_TEST

UNIT("pools", a_host_is_found_in_its_pool, there_may_be_none)
