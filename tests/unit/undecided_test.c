/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/undecided.h"

#include "unit/saved.h"

#define MINUTE (60 * NSTIME_S)

static const struct address address = { .version = 4,
	.octets = { 10, 0, 0, 7 } };
static struct undecided u;
static unsigned count;
static enum finding_change change;

static void
on_finding(void *arg, const struct finding *finding)
{
	(void)arg;
	count++;
	change = finding->change;
	ck_assert_int_eq(finding->kind, FINDING_VISIBILITY);
	ck_assert(slice_is(finding->key, "undecided 10.0.0.7"));
	ck_assert(slice_is(finding->subject, "10.0.0.7"));
	if (finding->change == FINDING_TROUBLE)
		ck_assert(slice_is(
		    evidence_get(finding->evidence, "class"), "undecided"));
}

static void
weigh(bool mixed, nstime now)
{
	const struct undecided_host host = {
		.address = &address,
		.mixed = mixed,
		.now = now,
		.wall = now,
	};

	undecided_weigh(&u, &host, on_finding, NULL);
}

static void
begin(void)
{
	u = (struct undecided){ .mixed = false };
	count = 0;
}

START_TEST(two_clocks_are_told_after_ten_minutes)
{
	begin();
	weigh(true, 0);
	weigh(true, 10 * MINUTE - 1);
	ck_assert_uint_eq(count, 0);
	weigh(true, 10 * MINUTE);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(change, FINDING_TROUBLE);
	weigh(true, 11 * MINUTE - 1);
	ck_assert_uint_eq(count, 1);
	weigh(true, 11 * MINUTE);
	ck_assert_uint_eq(count, 2);
}
END_TEST

START_TEST(a_host_that_is_judged_again_is_decided)
{
	begin();
	weigh(true, 0);
	weigh(true, 10 * MINUTE);
	weigh(false, 10 * MINUTE);
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(change, FINDING_HEALTHY);
	weigh(false, 11 * MINUTE);
	ck_assert_uint_eq(count, 2);
}
END_TEST

START_TEST(a_passing_confusion_is_not_told)
{
	begin();
	for (int i = 0; i < 20; i++)
		weigh(i % 2 == 0, i * 6 * MINUTE);
	ck_assert_uint_eq(count, 0);
}
END_TEST

/* 1,000 s later, by another clock. */
static bool
load(struct slice octets)
{
	struct cursor c = cursor_over(octets);

	u = (struct undecided){ .mixed = false };
	undecided_load(&u, &c, 1000 * NSTIME_S);
	return !c.bad;
}

static void
restart(void)
{
	struct record r;

	record_init(&r, 100);
	undecided_save(&r, &u);
	saved_whole_or_not_at_all(&r, load);
}

START_TEST(ten_minutes_go_on_over_a_restart)
{
	begin();
	weigh(true, 0);
	restart();
	weigh(true, 1000 * NSTIME_S + 10 * MINUTE - 1);
	ck_assert_uint_eq(count, 0);
	weigh(true, 1000 * NSTIME_S + 10 * MINUTE);
	ck_assert_uint_eq(count, 1);
	restart();
	weigh(true, 2000 * NSTIME_S + 11 * MINUTE - 1);
	ck_assert_uint_eq(count, 1);
	weigh(false, 2000 * NSTIME_S + 11 * MINUTE);
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(change, FINDING_HEALTHY);
}
END_TEST

UNIT("undecided", two_clocks_are_told_after_ten_minutes,
    a_host_that_is_judged_again_is_decided, a_passing_confusion_is_not_told,
    ten_minutes_go_on_over_a_restart)
