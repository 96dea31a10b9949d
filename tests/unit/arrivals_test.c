/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/arrivals.h"

#include "unit/outcomes.h"

#define AHEAD (1000000 * NSTIME_S) /* stamps less `now' */
#define CLOCK (7 * NSTIME_S)       /* what the reports tell */

static struct arrivals *arrivals;
static unsigned by_agents, by_reports, lost;
static struct hepagents_seen seen;

static void
on_event(void *arg, const struct event *e)
{
	(void)arg;
	if (e->kind == EVENT_OBSERVED)
		return;
	ck_assert_int_eq(e->kind, EVENT_STAMP);
	by_agents += e->stamp.stamp.witness == WITNESS_HEP;
	by_reports += e->stamp.stamp.witness == WITNESS_RTCP &&
	    e->stamp.stamp.told == CLOCK;
}

static void
on_lost(void *arg, nstime now)
{
	(void)arg;
	(void)now;
	lost++;
}

static void
begin(unsigned rate)
{
	const struct hepagents_limits limits = {
		.agents = 10,
		.rate = rate,
		.silent = 60 * NSTIME_S,
	};

	by_agents = by_reports = lost = 0;
	arrivals = arrivals_new(
	    &limits, &(struct arrivals_output){ on_event, on_lost, NULL });
	ck_assert_ptr_nonnull(arrivals);
}

static void
report(uint32_t number, bool tells, nstime now)
{
	struct event e = {
		.kind = EVENT_REPORT,
		.now = now,
		.wall = now + AHEAD,
		.report = {
		    .agent = { outcomes_endpoint("192.0.2.1", 0).address,
			number, now + AHEAD },
		    .tells = tells,
		},
	};

	e.report.stamp.stamp.witness = WITNESS_RTCP;
	e.report.stamp.stamp.told = CLOCK;
	arrivals_input(arrivals, &e);
}

static void
see(void *arg, const struct hepagents_seen *agent)
{
	(void)arg;
	seen = *agent;
}

START_TEST(a_report_shows_the_clock_in_it_and_that_of_its_agent)
{
	begin(0);
	report(7, true, NSTIME_S);
	ck_assert_uint_eq(by_reports, 1);
	ck_assert_uint_eq(by_agents, 1);
	arrivals_free(arrivals);
}
END_TEST

START_TEST(who_sends_reports_alone_is_an_agent_too)
{
	begin(0);
	report(7, false, NSTIME_S);
	report(7, false, 3 * NSTIME_S);
	arrivals_agents(arrivals, see, NULL);
	ck_assert_uint_eq(seen.number, 7);
	ck_assert_uint_eq(seen.messages, 2);
	ck_assert_uint_eq(by_reports, 0);
	ck_assert_uint_eq(by_agents, 2);
	arrivals_free(arrivals);
}
END_TEST

/* No answer can be missing for it. */
START_TEST(a_report_too_many_is_dropped_but_no_message_is_lost)
{
	begin(1); /* five at once */
	for (unsigned i = 0; i < 8; i++)
		report(7, true, NSTIME_S);
	ck_assert_uint_eq(by_reports, 5);
	ck_assert_uint_eq(lost, 0);
	arrivals_agents(arrivals, see, NULL);
	ck_assert_uint_eq(seen.over_rate, 3);
	arrivals_free(arrivals);
}
END_TEST

UNIT("arrivals", a_report_shows_the_clock_in_it_and_that_of_its_agent,
    who_sends_reports_alone_is_an_agent_too,
    a_report_too_many_is_dropped_but_no_message_is_lost)
