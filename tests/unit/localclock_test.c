/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/localclock.h"

#include "unit.h"

#define MINUTE (60 * NSTIME_S)

static struct localclock l;
static struct evidence evidence;
static enum finding_change change;
static unsigned told;

static const struct consensus odd = {
	.odd_one_out = true,
	.contradicted = true,
	.offset = -90 * NSTIME_S,
	.agreeing = 3,
	.total = 4,
};
static const struct consensus contradicted = {
	.contradicted = true,
	.offset = 20 * NSTIME_S,
	.agreeing = 1,
	.total = 2,
};
static const struct consensus content = { .total = 0 };

static void
on_finding(void *arg, const struct finding *finding)
{
	(void)arg;
	told++;
	change = finding->change;
	ck_assert_int_eq(finding->kind, FINDING_LOCAL_CLOCK);
	ck_assert_int_eq(finding->severity, FINDING_WARNING);
	ck_assert(slice_is(finding->subject, "local clock"));
	if (finding->evidence != NULL)
		evidence_copy(&evidence, finding->evidence);
}

static void
begin(void)
{
	told = 0;
	localclock_init(&l, on_finding, NULL);
}

START_TEST(the_odd_one_out_is_told_with_the_votes)
{
	begin();
	localclock_weigh(&l, &odd, true, 0, 0);
	ck_assert_uint_eq(told, 1);
	ck_assert(slice_is(evidence_get(&evidence, "class"), "odd_one_out"));
	ck_assert_int_eq(
	    evidence_number(&evidence, "offset_s", 0), 90 * NSTIME_S);
	ck_assert_int_eq(evidence_number(&evidence, "peers_agreeing", 0), 3);
	ck_assert_int_eq(evidence_number(&evidence, "peers_total", 0), 4);
	ck_assert_str_eq(
	    localclock_name(&l, OWNCLOCK_UNSYNCHRONISED), "suspect");
}
END_TEST

START_TEST(it_is_told_again_after_a_minute)
{
	begin();
	localclock_weigh(&l, &odd, false, 0, 0);
	localclock_weigh(&l, &odd, false, MINUTE - 1, 0);
	ck_assert_uint_eq(told, 1);
	localclock_weigh(&l, &odd, false, MINUTE, 0);
	ck_assert_uint_eq(told, 2);
}
END_TEST

START_TEST(it_is_over_when_the_votes_change)
{
	begin();
	localclock_weigh(&l, &odd, false, 0, 0);
	localclock_weigh(&l, &content, false, 1, 0);
	ck_assert_uint_eq(told, 2);
	ck_assert_int_eq(change, FINDING_HEALTHY);
	ck_assert(!localclock_stands(&l, LOCALCLOCK_ODD_ONE_OUT));
}
END_TEST

START_TEST(unsynchronised_alone_is_no_trouble)
{
	begin();
	localclock_weigh(&l, &content, true, 0, 0);
	localclock_weigh(&l, &contradicted, false, 0, 0);
	ck_assert_uint_eq(told, 0);
	localclock_weigh(&l, &contradicted, true, 0, 0);
	ck_assert_uint_eq(told, 1);
	ck_assert(slice_is(evidence_get(&evidence, "class"), "unsynchronised"));
	ck_assert_ptr_null(evidence_find(&evidence, "offset_s"));
	ck_assert_str_eq(
	    localclock_name(&l, OWNCLOCK_UNSYNCHRONISED), "unsynchronised");
}
END_TEST

START_TEST(every_step_is_told)
{
	begin();
	localclock_stepped(&l, -7 * NSTIME_S, 0, 0);
	localclock_stepped(&l, 8 * NSTIME_S, 1, 0);
	ck_assert_uint_eq(told, 2);
	ck_assert_int_eq(
	    evidence_number(&evidence, "offset_s", 0), 8 * NSTIME_S);
	localclock_clear(&l, LOCALCLOCK_STEPPED, 2, 0);
	localclock_clear(&l, LOCALCLOCK_STEPPED, 3, 0);
	ck_assert_uint_eq(told, 3);
}
END_TEST

UNIT("localclock", the_odd_one_out_is_told_with_the_votes,
    it_is_told_again_after_a_minute, it_is_over_when_the_votes_change,
    unsynchronised_alone_is_no_trouble, every_step_is_told)
