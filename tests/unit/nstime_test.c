/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/nstime.h"

#include "unit.h"

START_TEST(units_are_nanoseconds)
{
	ck_assert_int_eq(NSTIME_S, 1000000000);
	ck_assert_int_eq(NSTIME_S, 1000 * NSTIME_MS);
	ck_assert_int_eq(NSTIME_MS, 1000 * NSTIME_US);
	ck_assert_int_eq(NSTIME_NEVER / NSTIME_S / 86400 / 365, 292);
}
END_TEST

UNIT("nstime", units_are_nanoseconds)
