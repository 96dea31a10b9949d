/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/zonechange.h"

#include "onehost.h"
#include "unit.h"

static struct zonechange zone;

static void
begin(void)
{
	count = 0;
	zone = (struct zonechange){ .known = false };
}

static void
hear(int minutes, nstime utc)
{
	const struct stamp stamp = {
		.witness = WITNESS_SMB,
		.tells_zone = true,
		.zone = minutes,
	};

	zonechange_input(&zone, &stamp,
	    (struct offset_interval){ utc, utc + 250 * NSTIME_MS });
}

static void
tell(void)
{
	zonechange_tell(&zone, &host, 5, 6, on_finding, NULL);
}

START_TEST(a_change_of_as_much_supports_it)
{
	begin();
	hear(60, 0);
	hear(120, 0);
	zonechange_support(&zone, WITNESS_ASREQ, 3599 * NSTIME_S);
	zonechange_support(&zone, WITNESS_TURN, 1800 * NSTIME_S);
	tell();
	ck_assert_uint_eq(count, 1);
	ck_assert(slice_is(evidence_get(&evidence, "supported_by"), "asreq"));
	hear(60, 0);
	hear(0, 0);
	tell();
	ck_assert_uint_eq(evidence_get(&evidence, "supported_by").len, 0);
}
END_TEST

START_TEST(a_zone_that_stays_is_no_news)
{
	begin();
	for (unsigned i = 0; i < 5; i++) {
		hear(-480, 0);
		tell();
	}
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(a_change_is_told_and_its_return)
{
	begin();
	hear(-480, 0);
	hear(60, NSTIME_S);
	tell();
	tell();
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(last.kind, FINDING_ZONE_CHANGE);
	ck_assert_int_eq(last.change, FINDING_TROUBLE);
	ck_assert_int_eq(last.severity, FINDING_NOTICE);
	ck_assert_int_eq(evidence_number(&evidence, "from_min", 0), -480);
	ck_assert_int_eq(evidence_number(&evidence, "to_min", 0), 60);
	ck_assert(slice_is(evidence_get(&evidence, "witness"), "smb"));
	hear(60, 0);
	tell();
	ck_assert_uint_eq(count, 1);
	hear(-480, 0);
	tell();
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(last.change, FINDING_HEALTHY);
}
END_TEST

START_TEST(where_utc_moved_as_well_it_is_no_zone_change)
{
	begin();
	hear(0, 0);
	hear(60, -3600 * NSTIME_S);
	tell();
	ck_assert_uint_eq(count, 0);
	/* From there it counts again. */
	hear(0, -3600 * NSTIME_S);
	tell();
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(evidence_number(&evidence, "from_min", 0), 60);
}
END_TEST

START_TEST(a_change_undone_before_it_was_told_is_none)
{
	begin();
	hear(0, 0);
	hear(60, 0);
	hear(0, 0);
	tell();
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(from_one_wrong_zone_to_another_is_told_too)
{
	begin();
	hear(0, 0);
	hear(60, 0);
	tell();
	hear(120, 0);
	tell();
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(last.change, FINDING_TROUBLE);
	hear(0, -3600 * NSTIME_S);
	tell();
	ck_assert_int_eq(last.change, FINDING_HEALTHY);
}
END_TEST

UNIT("zonechange", a_change_of_as_much_supports_it,
    a_zone_that_stays_is_no_news, a_change_is_told_and_its_return,
    where_utc_moved_as_well_it_is_no_zone_change,
    a_change_undone_before_it_was_told_is_none,
    from_one_wrong_zone_to_another_is_told_too)
