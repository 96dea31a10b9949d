/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/inner/episode.h"

#include "unit/unit.h"

#define S NSTIME_S

static unsigned told;

static void
on_event(void *arg, const struct alert_event *event)
{
	(void)arg;
	(void)event;
	told++;
}

static const struct episode_rules rules = {
	.join = 10 * S,
	.reminder = 3600 * S,
	.flap = 900 * S,
	.output = on_event,
};

static struct finding
trouble_at(nstime now)
{
	return (struct finding){
		.kind = FINDING_CLOCK_SKEW,
		.severity = FINDING_WARNING,
		.subject = slice_text("10.0.0.11"),
		.now = now,
		.wall = now,
	};
}

START_TEST(the_deadline_follows_the_life)
{
	struct episode e = { .kind = FINDING_CLOCK_SKEW };
	struct finding f = trouble_at(S);

	told = 0;
	ck_assert_int_eq(episode_deadline(&e, &rules), NSTIME_NEVER);
	ck_assert(episode_input(&e, &rules, &f));
	ck_assert_int_eq(e.life, EPISODE_WAITING);
	ck_assert_int_eq(episode_deadline(&e, &rules), 11 * S);
	episode_fire(&e, &rules, 11 * S, 11 * S);
	ck_assert_int_eq(e.life, EPISODE_ACTIVE);
	ck_assert_int_eq(episode_deadline(&e, &rules), 86401 * S);
	f = trouble_at(20 * S);
	ck_assert(episode_input(&e, &rules, &f));
	ck_assert_int_eq(episode_deadline(&e, &rules), 3611 * S);
	episode_fire(&e, &rules, 3611 * S, 3611 * S);
	episode_fire(&e, &rules, 86420 * S, 86420 * S);
	ck_assert_int_eq(e.life, EPISODE_IDLE);
	ck_assert_int_eq(episode_deadline(&e, &rules), NSTIME_NEVER);
	ck_assert_uint_eq(e.number, 1);
	ck_assert_uint_eq(told, 3);
	episode_done(&e);
}
END_TEST

START_TEST(nothing_is_due_too_early)
{
	struct episode e = { .kind = FINDING_CLOCK_SKEW };
	const struct finding f = trouble_at(S);

	told = 0;
	episode_fire(&e, &rules, S, S);
	episode_input(&e, &rules, &f);
	episode_fire(&e, &rules, 11 * S, 11 * S);
	episode_fire(&e, &rules, 12 * S, 12 * S);
	ck_assert_uint_eq(told, 1);
	episode_done(&e);
}
END_TEST

START_TEST(done_frees_what_any_life_holds)
{
	struct episode e = { .kind = FINDING_CLOCK_SKEW };
	const struct finding f = trouble_at(S);

	episode_done(&e);
	episode_input(&e, &rules, &f);
	episode_input(&e, &rules, &f);
	episode_done(&e);
	episode_done(&e);
	ck_assert_ptr_null(e.first);
}
END_TEST

UNIT("episode", the_deadline_follows_the_life, nothing_is_due_too_early,
    done_frees_what_any_life_holds)
