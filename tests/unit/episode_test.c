/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/inner/episode.h"

#include "incidentstory.h"
#include "unit.h"

static struct episode episode;
static struct alert_event events[16];
static unsigned count;

static void
on_event(void *arg, const struct alert_event *event)
{
	(void)arg;
	events[count++] = *event;
}

static const struct episode_rules rules = {
	.join = 10 * NSTIME_S,
	.reminder = HOUR,
	.flap = 15 * MINUTE,
	.output = on_event,
};

static void
begin(void)
{
	episode =
	    (struct episode){ .kind = FINDING_TRANSACTION_TIMEOUT, .id = 7 };
	count = 0;
}

static void
say(const struct finding *f)
{
	ck_assert(episode_input(&episode, &rules, f));
}

static void
join(nstime at)
{
	say(&(struct finding){
	    .kind = FINDING_TRANSACTION_TIMEOUT,
	    .change = FINDING_JOINED,
	    .incident = 99,
	    .now = at,
	    .wall = at,
	});
}

START_TEST(one_that_waits_is_joined_instead_of_raised)
{
	begin();
	say(&timed_out(11, 21, 5062, START)->finding);
	join(START + 5 * NSTIME_S);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(events[0].state, ALERT_JOINED);
	ck_assert_uint_eq(events[0].incident, 99);
	ck_assert(events[0].joined);
	ck_assert_int_eq(episode.life, EPISODE_ACTIVE);
	episode_done(&episode);
}
END_TEST

START_TEST(a_joined_one_is_not_refreshed_and_its_end_is_marked)
{
	begin();
	say(&timed_out(11, 21, 5062, START)->finding);
	join(START);
	say(&timed_out(11, 21, 5062, START + 2 * HOUR)->finding);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(episode_deadline(&episode, &rules), START + 3 * HOUR);
	say(story_over(
	    timed_out(11, 21, 5062, START), FINDING_HEALTHY, START + 2 * HOUR));
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(events[1].state, ALERT_RESOLVED);
	ck_assert(events[1].joined);
}
END_TEST

START_TEST(one_that_was_raised_goes_on_and_names_the_incident)
{
	begin();
	say(&timed_out(11, 21, 5062, START)->finding);
	episode_fire(&episode, &rules, START + MINUTE, START + MINUTE);
	join(START + 2 * MINUTE);
	ck_assert_uint_eq(count, 1);
	say(&timed_out(11, 21, 5062, START + 2 * HOUR)->finding);
	ck_assert_int_eq(events[1].state, ALERT_REFRESHED);
	ck_assert_uint_eq(events[1].incident, 99);
	ck_assert(!events[1].joined);
	episode_done(&episode);
}
END_TEST

START_TEST(another_episode_is_in_no_incident)
{
	begin();
	say(&timed_out(11, 21, 5062, START)->finding);
	join(START);
	say(story_over(
	    timed_out(11, 21, 5062, START), FINDING_HEALTHY, START + MINUTE));
	say(&timed_out(11, 21, 5062, START + HOUR)->finding);
	episode_fire(&episode, &rules, START + 2 * HOUR, START + 2 * HOUR);
	ck_assert_int_eq(events[2].state, ALERT_RAISED);
	ck_assert_uint_eq(events[2].incident, 0);
	ck_assert(!events[2].joined);
	episode_done(&episode);
}
END_TEST

START_TEST(a_finding_may_sum_up_many)
{
	struct story_finding *f;

	begin();
	f = timed_out(11, 21, 5062, START);
	f->finding.count = 40;
	say(&f->finding);
	say(&timed_out(11, 21, 5062, START)->finding);
	episode_fire(&episode, &rules, START + MINUTE, START + MINUTE);
	ck_assert_uint_eq(events[0].count, 41);
	episode_done(&episode);
}
END_TEST

START_TEST(pressing_news_do_not_wait_for_the_reminder)
{
	struct story_finding *f;

	begin();
	say(&timed_out(11, 21, 5062, START)->finding);
	episode_fire(&episode, &rules, START + 10 * NSTIME_S, START);
	f = timed_out(11, 21, 5062, START + 30 * NSTIME_S);
	f->finding.change = FINDING_UPDATED;
	f->finding.pressing = true;
	say(&f->finding);
	ck_assert_uint_eq(count, 1);
	f->finding.now = START + 2 * MINUTE;
	say(&f->finding);
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(events[1].state, ALERT_REFRESHED);
	episode_done(&episode);
}
END_TEST

/* An incident ends so when none of its parts was seen to be well. */
START_TEST(it_may_end_in_silence_with_its_last_evidence)
{
	struct story_finding *f;

	begin();
	say(&timed_out(11, 21, 5062, START)->finding);
	episode_fire(&episode, &rules, START + MINUTE, START + MINUTE);
	f = timed_out(12, 21, 5062, START + HOUR);
	f->finding.change = FINDING_QUIET;
	say(&f->finding);
	ck_assert_int_eq(events[1].state, ALERT_RESOLVED);
	ck_assert_int_eq(events[1].reason, ALERT_QUIET);
}
END_TEST

START_TEST(a_joined_one_survives_a_restart)
{
	const struct record_shift shift = { .now = START };
	struct fieldnames names = { 0 };
	struct record r;
	struct cursor c;

	begin();
	say(&timed_out(11, 21, 5062, START)->finding);
	join(START);
	record_init(&r, 8192);
	episode_save(&r, &episode);
	episode_done(&episode);
	begin();
	c = cursor_over(slice_of(r.octets, r.len));
	ck_assert(episode_load(&episode, &c, &shift, &names));
	ck_assert(episode.joined);
	ck_assert_uint_eq(episode.incident, 99);
	episode_done(&episode);
	record_done(&r);
}
END_TEST

UNIT("episode", one_that_waits_is_joined_instead_of_raised,
    a_joined_one_is_not_refreshed_and_its_end_is_marked,
    one_that_was_raised_goes_on_and_names_the_incident,
    another_episode_is_in_no_incident, a_finding_may_sum_up_many,
    pressing_news_do_not_wait_for_the_reminder,
    it_may_end_in_silence_with_its_last_evidence,
    a_joined_one_survives_a_restart)
