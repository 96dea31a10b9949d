/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/agents.h"

#include "unit/saved.h"

#define MINUTE (60 * NSTIME_S)

static struct agents agents;
static enum finding_change change;
static char subject[64];
static unsigned told;

static void
on_finding(void *arg, const struct finding *finding)
{
	(void)arg;
	told++;
	change = finding->change;
	ck_assert(slice_is(finding->key, "user-agents"));
	ck_assert_uint_lt(finding->subject.len, sizeof(subject));
	memcpy(subject, finding->subject.p, finding->subject.len);
	subject[finding->subject.len] = '\0';
}

static void
tell(nstime now)
{
	struct evidence e;

	evidence_init(&e);
	agents_tell(&agents, &e, now, now);
}

START_TEST(the_first_waits_half_a_minute_for_more)
{
	agents_init(&agents, on_finding, NULL);
	ck_assert_int_eq(agents_due(&agents, 0), NSTIME_NEVER);
	agents_add(&agents, 0);
	ck_assert_int_eq(agents_due(&agents, 5), 30 * NSTIME_S);
	ck_assert_int_eq(agents_due(&agents, MINUTE), MINUTE);
	tell(MINUTE);
	ck_assert_str_eq(subject, "1 user agent");
	ck_assert_int_eq(agents_due(&agents, MINUTE), NSTIME_NEVER);
}
END_TEST

START_TEST(more_are_told_a_minute_later)
{
	agents_init(&agents, on_finding, NULL);
	agents_add(&agents, 0);
	tell(0);
	agents_add(&agents, 0);
	ck_assert_int_eq(agents_due(&agents, NSTIME_S), MINUTE);
	tell(MINUTE);
	ck_assert_str_eq(subject, "2 user agents");
}
END_TEST

START_TEST(they_are_hosts_where_all_hosts_are_judged)
{
	agents_init(&agents, on_finding, NULL);
	agents_set(&agents, true);
	agents_add(&agents, 0);
	tell(0);
	ck_assert_str_eq(subject, "1 host");
	agents_add(&agents, 0);
	tell(MINUTE);
	ck_assert_str_eq(subject, "2 hosts");
}
END_TEST

START_TEST(they_are_told_again_once_a_minute)
{
	agents_init(&agents, on_finding, NULL);
	agents_add(&agents, 0);
	tell(0);
	ck_assert(!agents_remind(&agents, NSTIME_S));
	ck_assert(agents_remind(&agents, MINUTE));
	ck_assert(!agents_remind(&agents, MINUTE));
	ck_assert_int_eq(agents_due(&agents, MINUTE), MINUTE);
}
END_TEST

START_TEST(the_last_ends_it)
{
	told = 0;
	agents_init(&agents, on_finding, NULL);
	agents_add(&agents, 0);
	agents_add(&agents, 0);
	tell(0);
	agents_remove(&agents, FINDING_HEALTHY, NSTIME_S, 0);
	ck_assert_uint_eq(told, 1);
	agents_remove(&agents, FINDING_HEALTHY, NSTIME_S, 0);
	ck_assert_uint_eq(told, 2);
	ck_assert_int_eq(change, FINDING_HEALTHY);
}
END_TEST

START_TEST(an_untold_warning_ends_silently)
{
	told = 0;
	agents_init(&agents, on_finding, NULL);
	agents_add(&agents, 0);
	agents_remove(&agents, FINDING_HEALTHY, NSTIME_S, 0);
	ck_assert_uint_eq(told, 0);
	ck_assert_int_eq(agents_due(&agents, NSTIME_S), NSTIME_NEVER);
}
END_TEST

START_TEST(the_last_one_may_become_a_server)
{
	told = 0;
	agents_init(&agents, on_finding, NULL);
	agents_add(&agents, 0);
	tell(0);
	agents_hand_over(&agents, slice_text("10.0.0.7"), NSTIME_S, 0);
	ck_assert_uint_eq(told, 2);
	ck_assert_int_eq(change, FINDING_SUPERSEDED);
}
END_TEST

static nstime away;

static bool
load(struct slice octets)
{
	struct cursor c = cursor_over(octets);

	agents_init(&agents, on_finding, NULL);
	agents_add(&agents, away);
	agents_load(&agents, &c, away);
	return !c.bad;
}

START_TEST(half_a_minute_goes_on_over_a_restart)
{
	struct record r;

	agents_init(&agents, on_finding, NULL);
	agents_add(&agents, 0);
	record_init(&r, 100);
	agents_save(&r, &agents);
	away = 20 * NSTIME_S; /* one that takes over: time has only passed */
	saved_whole_or_older(&r, load, true);
	ck_assert_int_eq(agents_due(&agents, away), 30 * NSTIME_S + away);
}
END_TEST

UNIT("agents", the_first_waits_half_a_minute_for_more,
    more_are_told_a_minute_later, they_are_hosts_where_all_hosts_are_judged,
    they_are_told_again_once_a_minute, the_last_ends_it,
    the_last_one_may_become_a_server, an_untold_warning_ends_silently,
    half_a_minute_goes_on_over_a_restart)
