/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/filetime.h"

#include "unit.h"

START_TEST(counts_from_1601)
{
	nstime t = 7;

	ck_assert(filetime_read(116444736000000000, &t));
	ck_assert_int_eq(t, 0);
	ck_assert(filetime_read(116444736000000000 + 10000000, &t));
	ck_assert_int_eq(t, NSTIME_S);
	ck_assert(filetime_read(116444736000000000 - 1, &t));
	ck_assert_int_eq(t, -100);
}
END_TEST

START_TEST(refuses_zero_and_what_does_not_fit)
{
	const uint64_t bad[] = { 0, 1, INT64_MAX, (uint64_t)INT64_MAX + 1,
		UINT64_MAX };
	nstime t = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert(!filetime_read(bad[i], &t));
	ck_assert_int_eq(t, 7);
}
END_TEST

UNIT("filetime", counts_from_1601, refuses_zero_and_what_does_not_fit)
