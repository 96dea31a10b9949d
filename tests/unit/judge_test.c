/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/judge.h"

#include "rooms.h"
#include "unit/outcomes.h"

static struct {
	unsigned raised, resolved, joined;
	enum finding_kind kind;
	enum alert_reason reason;
	nstime now, wall;
} heard;

static void
hear(void *arg, const struct alert_event *e)
{
	(void)arg;
	heard.raised += e->state == ALERT_RAISED;
	heard.resolved += e->state == ALERT_RESOLVED;
	heard.joined += e->state == ALERT_JOINED;
	heard.kind = e->kind;
	heard.reason = e->reason;
	heard.now = e->now;
	heard.wall = e->wall;
}

static struct judge *
judge(void)
{
	static struct judge_limits limits;

	rooms_judge(&limits);
	memset(&heard, 0, sizeof(heard));
	return judge_new(&limits, hear, NULL);
}

/* The wall clock shows an hour more than `now'. */
static struct observation
observation_of(const struct outcome *o)
{
	return (struct observation){
		.kind = OBSERVATION_TRANSACTION,
		.now = o->now,
		.wall = o->now + 3600 * NSTIME_S,
		.outcome = o,
	};
}

static void
observe(struct judge *j, struct outcome o)
{
	const struct observation observation = observation_of(&o);

	judge_observe(j, &observation);
}

static void
recall(struct judge *j, struct outcome o)
{
	const struct observation observation = observation_of(&o);

	judge_recall(j, &observation);
}

START_TEST(a_timeout_is_raised_after_the_time_to_join)
{
	struct judge *j = judge();

	observe(j, outcomes_silent(1, 0));
	judge_tick(j, 44 * NSTIME_S - 1, 3644 * NSTIME_S - 1);
	ck_assert_uint_eq(heard.raised, 0);
	judge_tick(j, 50 * NSTIME_S, 3650 * NSTIME_S);
	ck_assert_uint_eq(heard.raised, 1);
	ck_assert_int_eq(heard.now, 44 * NSTIME_S);
	ck_assert_int_eq(heard.wall, 3644 * NSTIME_S);
	judge_free(j);
}
END_TEST

START_TEST(the_end_of_a_savefile_ends_the_wait)
{
	struct judge *j = judge();

	observe(j, outcomes_silent(1, 0));
	judge_finish(j, 34 * NSTIME_S, 3634 * NSTIME_S);
	ck_assert_uint_eq(heard.raised, 1);
	judge_free(j);
}
END_TEST

START_TEST(a_timeout_supersedes_the_early_warning)
{
	struct judge *j = judge();
	struct outcome slow = outcomes_silent(1, 0);

	slow.event = OUTCOME_SLOW;
	slow.now = 5 * NSTIME_S;
	slow.request.copies = 4;
	for (slow.id = 1; slow.id < 4; slow.id++)
		observe(j, slow);
	ck_assert_uint_eq(heard.raised, 1);
	ck_assert_int_eq(heard.kind, FINDING_SLOW_TRANSACTION);
	observe(j, outcomes_silent(1, 0));
	ck_assert_uint_eq(heard.joined, 0);
	judge_tick(j, 50 * NSTIME_S, 3650 * NSTIME_S);
	ck_assert_uint_eq(heard.raised, 2);
	ck_assert_uint_eq(heard.joined, 1);
	ck_assert_uint_eq(heard.resolved, 0);
	judge_free(j);
}
END_TEST

START_TEST(deadlines_fire_in_their_own_time_after_a_long_silence)
{
	struct judge *j = judge();

	observe(j, outcomes_silent(1, 0));
	observe(j, outcomes_answered(2, 60 * NSTIME_S, NSTIME_S));
	judge_tick(j, 9999 * NSTIME_S, 13599 * NSTIME_S);
	ck_assert_uint_eq(heard.raised, 1);
	ck_assert_uint_eq(heard.resolved, 1);
	ck_assert_int_eq(heard.now, 334 * NSTIME_S);
	ck_assert_int_eq(heard.wall, 3934 * NSTIME_S);
	judge_free(j);
}
END_TEST

START_TEST(the_summary_counts_methods_findings_and_alerts)
{
	struct judge *j = judge();
	struct summary summary = { .packets = 0 };

	observe(j, outcomes_silent(1, 0));
	observe(j, outcomes_silent(2, NSTIME_S));
	judge_finish(j, 60 * NSTIME_S, 3660 * NSTIME_S);
	ck_assert(judge_summary(j, &summary));
	ck_assert_uint_eq(summary.method_count, 1);
	ck_assert_str_eq(summary.methods[0].name, "SERVICE");
	ck_assert_uint_eq(summary.methods[0].timed_out, 2);
	ck_assert_uint_eq(summary.findings[FINDING_TRANSACTION_TIMEOUT], 2);
	ck_assert_uint_eq(summary.alerts[FINDING_TRANSACTION_TIMEOUT], 1);
	summary_done(&summary);
	judge_free(j);
}
END_TEST

static struct judge *
successor_of(struct judge *j)
{
	struct record r;
	struct cursor c;

	record_init(&r, 1 << 20);
	judge_save(j, &r);
	judge_free(j);
	j = judge();
	c = cursor_over(slice_of(r.octets, r.len));
	ck_assert(judge_load(j, &c, &(struct record_shift){ .now = 0 }));
	record_done(&r);
	return j;
}

/* Transactions have other numbers there. */
START_TEST(a_successor_withdraws_what_is_answered_late)
{
	struct judge *j = judge();
	struct outcome o = outcomes_silent(1, 0);

	observe(j, o);
	judge_tick(j, 50 * NSTIME_S, 3650 * NSTIME_S);
	ck_assert_uint_eq(heard.raised, 1);
	j = successor_of(j);
	o.id = 7;
	recall(j, o);
	judge_tick(j, 60 * NSTIME_S, 3660 * NSTIME_S);
	ck_assert_uint_eq(heard.raised, 0);
	o.event = OUTCOME_LATE;
	o.now = 61 * NSTIME_S;
	observe(j, o);
	ck_assert_uint_eq(heard.resolved, 1);
	ck_assert_int_eq(heard.reason, ALERT_WITHDRAWN);
	judge_free(j);
}
END_TEST

START_TEST(a_successor_counts_slow_ones_once)
{
	struct judge *j = judge();
	struct outcome o = outcomes_silent(1, 0);

	o.event = OUTCOME_SLOW;
	o.now = 5 * NSTIME_S;
	o.request.copies = 4;
	for (o.id = 1; o.id < 3; o.id++)
		observe(j, o);
	j = successor_of(j);
	for (o.id = 11; o.id < 13; o.id++)
		recall(j, o);
	ck_assert_uint_eq(heard.raised, 0);
	observe(j, o);
	ck_assert_uint_eq(heard.raised, 1);
	ck_assert_int_eq(heard.kind, FINDING_SLOW_TRANSACTION);
	judge_free(j);
}
END_TEST

UNIT("judge", a_timeout_is_raised_after_the_time_to_join,
    the_end_of_a_savefile_ends_the_wait, a_timeout_supersedes_the_early_warning,
    deadlines_fire_in_their_own_time_after_a_long_silence,
    the_summary_counts_methods_findings_and_alerts,
    a_successor_withdraws_what_is_answered_late,
    a_successor_counts_slow_ones_once)
