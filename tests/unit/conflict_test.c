/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/conflict.h"

#include "onehost.h"
#include "unit.h"

#define MINUTE (60 * NSTIME_S)

static struct conflict conflict;
static struct select_result e;

static void
weigh(nstime now)
{
	const struct conflict_case a = {
		.host = &host,
		.selected = &e,
		.reference = 100 * NSTIME_S,
		.now = now,
		.wall = now,
	};

	conflict_weigh(&conflict, &a, on_finding, NULL);
}

static void
begin(void)
{
	count = 0;
	conflict = (struct conflict){ .stands = false };
	e = (struct select_result){
		.contradicting = 1u << WITNESS_NTP | 1u << WITNESS_SMB,
		.intervals = {
		    [WITNESS_NTP] = { 100 * NSTIME_S, 100 * NSTIME_S },
		    [WITNESS_SMB] = { -3500 * NSTIME_S, -3500 * NSTIME_S },
		},
	};
}

START_TEST(a_contradiction_is_told_with_all_offsets)
{
	begin();
	weigh(0);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(last.kind, FINDING_WITNESS_CONFLICT);
	ck_assert_int_eq(last.change, FINDING_TROUBLE);
	ck_assert_int_eq(last.severity, FINDING_WARNING);
	ck_assert(slice_is(evidence_get(&evidence, "host"), "10.0.0.7"));
	ck_assert(slice_is(evidence_get(&evidence, "witnesses"), "ntp,smb"));
	ck_assert(
	    slice_is(evidence_get(&evidence, "offsets_s"), "0.0,-3600.0"));
}
END_TEST

START_TEST(it_is_told_again_at_most_once_a_minute)
{
	begin();
	for (nstime now = 0; now < 10 * MINUTE; now += NSTIME_S)
		weigh(now);
	ck_assert_uint_eq(count, 10);
}
END_TEST

START_TEST(it_is_over_when_all_agree)
{
	begin();
	weigh(0);
	e.contradicting = 0;
	weigh(NSTIME_S);
	ck_assert_uint_eq(count, 1);
	e.unanimous = true;
	weigh(2 * NSTIME_S);
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(last.change, FINDING_HEALTHY);
	weigh(3 * NSTIME_S);
	ck_assert_uint_eq(count, 2);
}
END_TEST

UNIT("conflict", a_contradiction_is_told_with_all_offsets,
    it_is_told_again_at_most_once_a_minute, it_is_over_when_all_agree)
