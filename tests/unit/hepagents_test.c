/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/hepagents.h"

#include "unit/outcomes.h"

#define MINUTE (60 * NSTIME_S)
#define AHEAD (1000000 * NSTIME_S) /* stamps less `now' */

static struct hepagents *agents;
static struct hepagents_message got;
static unsigned lost, back;

static void
hear(void *arg, const struct observation *o)
{
	(void)arg;
	ck_assert_int_eq(o->kind, OBSERVATION_AGENT);
	lost += o->agent.lost;
	back += !o->agent.lost;
}

static void
begin(size_t most, unsigned rate)
{
	const struct hepagents_limits limits = {
		.agents = most,
		.rate = rate,
		.silent = 15 * MINUTE,
		.key = { 1, 2 },
	};

	lost = back = 0;
	agents = hepagents_new(&limits, hear, NULL);
}

static bool
input(const char *address, uint32_t number, nstime stamp, nstime now)
{
	const struct event_agent agent = {
		.address = outcomes_endpoint(address, 0).address,
		.number = number,
		.stamp = stamp == 0 ? 0 : stamp + AHEAD,
	};

	return hepagents_input(agents, &agent, now, now + AHEAD, &got);
}

static const char *wanted;

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	uint64_t *found = arg;

	(void)kind;
	if (strcmp(name, wanted) == 0)
		*found = value;
}

static uint64_t
counted(const char *name)
{
	uint64_t found = 0;

	wanted = name;
	hepagents_stats(agents, on_counter, &found);
	return found;
}

START_TEST(an_agent_is_an_address_and_a_number)
{
	uint16_t first;

	begin(10, 0);
	ck_assert(input("192.0.2.1", 1, 1, 1));
	first = got.agent;
	ck_assert_uint_ne(first, 0);
	ck_assert(input("192.0.2.1", 2, 1, 1));
	ck_assert_uint_ne(got.agent, first);
	ck_assert(input("192.0.2.2", 1, 1, 1));
	ck_assert_uint_ne(got.agent, first);
	ck_assert(input("192.0.2.1", 1, 1, 1));
	ck_assert_uint_eq(got.agent, first);
	hepagents_free(agents);
}
END_TEST

/* Which of several came first says nothing of whose host that is. */
START_TEST(several_agents_of_an_address_share_it_all_of_them)
{
	begin(10, 0);
	ck_assert(input("192.0.2.1", 1, 1, 1));
	ck_assert(!got.shares);
	ck_assert(input("192.0.2.1", 2, 1, 1));
	ck_assert(got.shares);
	ck_assert(input("192.0.2.2", 2, 1, 1));
	ck_assert(!got.shares);
	ck_assert(input("192.0.2.1", 1, 1, 1));
	ck_assert(got.shares);
	hepagents_free(agents);
}
END_TEST

START_TEST(the_clock_of_an_agent_has_its_number)
{
	const struct event_agent agent = {
		.address = outcomes_endpoint("192.0.2.1", 0).address,
		.number = 7,
		.stamp = 5 * NSTIME_S,
	};
	const nstime wall = 6 * NSTIME_S;
	struct event_stamp s = hepagents_stamp(&agent, 1, wall, false);

	ck_assert_int_eq(s.stamp.attribution, STAMP_HOST);
	ck_assert_uint_eq(s.stamp.agent, 7);
	s = hepagents_stamp(&agent, 1, wall, true);
	ck_assert_int_eq(s.stamp.attribution, STAMP_AGENT);
	ck_assert_uint_eq(s.stamp.agent, 7);
	ck_assert_int_eq(s.stamp.told, 5 * NSTIME_S);
	ck_assert_int_eq(s.stamp.wall, 6 * NSTIME_S);
}
END_TEST

START_TEST(made_up_numbers_take_no_place_of_others)
{
	unsigned heard = 0;

	begin(1000, 0);
	ck_assert(input("192.0.2.2", 1, 1, 1));
	for (uint32_t i = 0; i < 900; i++)
		heard += input("192.0.2.1", i, 1, 1);
	ck_assert_uint_eq(heard, 256);
	ck_assert_uint_eq(counted("hepagents.crowded"), 900 - 256);
	ck_assert_uint_eq(counted("hepagents.evicted"), 0);
	ck_assert(input("192.0.2.1", 255, 2, 2));
	ck_assert(input("192.0.2.3", 1, 2, 2));
	/* One that is quiet gives its place to another. */
	ck_assert(input("192.0.2.1", 0, MINUTE, MINUTE));
	ck_assert(input("192.0.2.1", 1000, MINUTE + 1, MINUTE + 1));
	ck_assert(input("192.0.2.1", 0, MINUTE + 1, MINUTE + 1));
	ck_assert_uint_eq(counted("hepagents.crowded"), 900 - 256);
	hepagents_free(agents);
}
END_TEST

START_TEST(its_clock_is_judged_once_a_second)
{
	begin(10, 0);
	ck_assert(input("192.0.2.1", 1, 1, 1));
	ck_assert(got.tells);
	ck_assert(input("192.0.2.1", 1, NSTIME_S, NSTIME_S));
	ck_assert(!got.tells);
	ck_assert(input("192.0.2.1", 1, NSTIME_S + 1, NSTIME_S + 1));
	ck_assert(got.tells);
	hepagents_free(agents);
}
END_TEST

START_TEST(a_stamp_far_from_its_arrival_is_doubtful)
{
	const nstime now = 100 * NSTIME_S;

	begin(10, 0);
	ck_assert(input("192.0.2.1", 1, now - 5 * NSTIME_S, now));
	ck_assert(!got.doubtful);
	ck_assert(input("192.0.2.1", 1, now - 5 * NSTIME_S - 1, now));
	ck_assert(got.doubtful);
	ck_assert(input("192.0.2.1", 1, now + 6 * NSTIME_S, now));
	ck_assert(got.doubtful);
	ck_assert(input("192.0.2.2", 1, 0, now)); /* none at all */
	ck_assert(got.doubtful && !got.tells);
	hepagents_free(agents);
}
END_TEST

START_TEST(one_agent_may_not_take_the_share_of_others)
{
	unsigned passed = 0;

	begin(10, 10);
	for (unsigned i = 0; i < 100; i++)
		passed += input("192.0.2.1", 1, 1, 1);
	ck_assert_uint_eq(passed, 50); /* five seconds' worth */
	ck_assert(input("192.0.2.2", 1, 1, 1));
	ck_assert(input("192.0.2.1", 1, 1, NSTIME_S));
	hepagents_free(agents);
}
END_TEST

static void
tick(nstime now)
{
	while (hepagents_next_deadline(agents) <= now) {
		const nstime due = hepagents_next_deadline(agents);

		hepagents_tick(agents, due, due + AHEAD);
	}
}

/* Every ten seconds, until `end'. */
static void
send_regularly(nstime end)
{
	for (nstime at = 1; at < end; at += 10 * NSTIME_S)
		ck_assert(input("192.0.2.1", 1, at, at));
}

START_TEST(an_agent_that_stops_is_told_once_and_when_it_is_back)
{
	begin(10, 0);
	send_regularly(5 * MINUTE);
	tick(19 * MINUTE);
	ck_assert_uint_eq(lost, 0);
	tick(21 * MINUTE);
	ck_assert_uint_eq(lost, 1);
	ck_assert_int_eq(hepagents_next_deadline(agents), NSTIME_NEVER);
	ck_assert_uint_eq(back, 1);
	ck_assert(input("192.0.2.1", 1, 30 * MINUTE, 30 * MINUTE));
	ck_assert_uint_eq(back, 2);
	tick(40 * MINUTE);
	ck_assert_uint_eq(lost, 1);
	hepagents_free(agents);
}
END_TEST

/* It may have been told as lost before a restart of ours. */
START_TEST(a_new_agent_is_told_as_one_that_is_back)
{
	begin(10, 0);
	ck_assert(input("192.0.2.1", 1, 1, 1));
	ck_assert_uint_eq(back, 1);
	ck_assert(input("192.0.2.1", 1, 2, 2));
	ck_assert_uint_eq(back, 1);
	ck_assert(input("192.0.2.1", 2, 2, 2));
	ck_assert_uint_eq(back, 2);
	ck_assert_uint_eq(lost, 0);
	hepagents_free(agents);
}
END_TEST

START_TEST(a_short_patience_is_looked_at_as_often)
{
	const struct hepagents_limits limits = {
		.agents = 10,
		.silent = 2 * NSTIME_S,
		.key = { 1, 2 },
	};

	lost = back = 0;
	agents = hepagents_new(&limits, hear, NULL);
	for (unsigned i = 0; i < 20; i++)
		ck_assert(input("192.0.2.1", 1, 1 + i, 1 + i));
	tick(2 * NSTIME_S);
	ck_assert_uint_eq(lost, 0);
	tick(4 * NSTIME_S + 1);
	ck_assert_uint_eq(lost, 1);
	hepagents_free(agents);
}
END_TEST

START_TEST(whoever_pauses_for_long_may_do_so_again)
{
	begin(10, 0);
	send_regularly(5 * MINUTE);
	ck_assert(input("192.0.2.1", 1, 15 * MINUTE, 15 * MINUTE));
	tick(54 * MINUTE);
	ck_assert_uint_eq(lost, 0);
	tick(57 * MINUTE);
	ck_assert_uint_eq(lost, 1);
	hepagents_free(agents);
}
END_TEST

START_TEST(a_few_messages_say_nothing_of_their_sender)
{
	begin(10, 0);
	send_regularly(MINUTE);
	tick(60 * MINUTE);
	ck_assert_uint_eq(lost, 0);
	hepagents_free(agents);
}
END_TEST

START_TEST(at_the_limit_the_longest_silent_goes)
{
	uint16_t first;

	begin(2, 0);
	ck_assert(input("192.0.2.1", 1, 1, 1));
	first = got.agent;
	ck_assert(input("192.0.2.2", 1, 1, 1));
	ck_assert(input("192.0.2.3", 1, 1, 1));
	ck_assert(input("192.0.2.1", 1, 1, 1));
	ck_assert_uint_ne(got.agent, first);
	hepagents_free(agents);
}
END_TEST

static void
keep(void *arg, const struct hepagents_seen *agent)
{
	struct hepagents_seen **next = arg;

	*(*next)++ = *agent;
}

START_TEST(all_can_be_listed_the_longest_silent_first)
{
	struct hepagents_seen seen[4], *next = seen;

	begin(10, 1);
	input("192.0.2.1", 1, 1, 1);
	input("192.0.2.2", 2, 0, 2);
	for (unsigned i = 0; i < 7; i++)
		input("192.0.2.1", 1, 3 - 60 * NSTIME_S, 3);
	hepagents_list(agents, keep, &next);
	ck_assert_int_eq(next - seen, 2);
	ck_assert_uint_eq(seen[0].number, 2);
	ck_assert_int_eq(seen[0].offset, NSTIME_NEVER);
	ck_assert_uint_eq(seen[1].number, 1);
	ck_assert_uint_eq(seen[1].messages, 8);
	ck_assert_uint_eq(seen[1].over_rate, 3);
	ck_assert_uint_eq(seen[1].doubtful, 4);
	ck_assert_int_eq(seen[1].offset, -60 * NSTIME_S);
	ck_assert_int_eq(seen[1].last, 3 + AHEAD);
	hepagents_free(agents);
}
END_TEST

UNIT("hepagents", all_can_be_listed_the_longest_silent_first,
    an_agent_is_an_address_and_a_number,
    several_agents_of_an_address_share_it_all_of_them,
    the_clock_of_an_agent_has_its_number,
    made_up_numbers_take_no_place_of_others, its_clock_is_judged_once_a_second,
    a_stamp_far_from_its_arrival_is_doubtful,
    one_agent_may_not_take_the_share_of_others,
    an_agent_that_stops_is_told_once_and_when_it_is_back,
    a_new_agent_is_told_as_one_that_is_back,
    a_short_patience_is_looked_at_as_often,
    whoever_pauses_for_long_may_do_so_again,
    a_few_messages_say_nothing_of_their_sender,
    at_the_limit_the_longest_silent_goes)
