/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/arrivals.h"

#include <stdlib.h>

#include "pipeline/inner/msgdup.h"

enum { DUPLICATES = 1024 /* messages of the last moments */ };

struct arrivals {
	struct arrivals_output output;
	struct msgdup *duplicates;
	struct hepagents *agents;
};

static void
on_agent_observed(void *arg, const struct observation *o)
{
	const struct arrivals *a = arg;

	a->output.event(a->output.arg,
	    &(struct event){
		.kind = EVENT_OBSERVED,
		.now = o->now,
		.wall = o->wall,
		.task = EVENT_BY_DEADLINE,
		.observation = o,
	    });
}

struct arrivals *
arrivals_new(
    const struct hepagents_limits *limits, const struct arrivals_output *output)
{
	struct arrivals *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->output = *output;
	a->duplicates = msgdup_new(DUPLICATES, &limits->key);
	a->agents = hepagents_new(limits, on_agent_observed, a);
	if (a->duplicates != NULL && a->agents != NULL)
		return a;
	arrivals_free(a);
	return NULL;
}

void
arrivals_free(struct arrivals *a)
{
	if (a == NULL)
		return;
	msgdup_free(a->duplicates);
	hepagents_free(a->agents);
	free(a);
}

void
arrivals_set(struct arrivals *a, const struct hepagents_limits *limits)
{
	hepagents_set(a->agents, limits);
}

/* What its agent's clock told, as an event of its own. */
static void
tell_stamp(struct arrivals *a, const struct event *e,
    const struct event_agent *agent, bool shares)
{
	struct event stamp = *e;

	stamp.kind = EVENT_STAMP;
	stamp.stamp = hepagents_stamp(agent, e->now, e->wall, shares);
	a->output.event(a->output.arg, &stamp);
}

/* `now' is its arrival, `wall' the agent's stamp unless that is doubtful. */
static void
on_agent(struct arrivals *a, const struct event *e)
{
	const struct event_agent *agent = e->message.agent;
	struct hepagents_message known;
	struct event settled;

	if (!hepagents_input(a->agents, agent, e->now, e->wall, &known)) {
		a->output.lost(a->output.arg, e->now);
		return;
	}
	if (known.tells)
		tell_stamp(a, e, agent, known.shares);
	settled = *e;
	settled.unstamped = e->unstamped || known.doubtful;
	settled.message.agent = NULL;
	settled.message.origin.agent = known.agent;
	settled.message.origin.wall = known.doubtful ? e->wall : agent->stamp;
	a->output.event(a->output.arg, &settled);
}

/* One too many is dropped, but blinds us to no answer. */
static void
on_report(struct arrivals *a, const struct event *e)
{
	const struct event_agent *agent = &e->report.agent;
	struct hepagents_message known;
	struct event stamp;

	if (!hepagents_input(a->agents, agent, e->now, e->wall, &known))
		return;
	if (known.tells)
		tell_stamp(a, e, agent, known.shares);
	if (event_reported(e, &stamp))
		a->output.event(a->output.arg, &stamp);
}

void
arrivals_input(struct arrivals *a, const struct event *e)
{
	if (e->kind == EVENT_REPORT)
		on_report(a, e);
	else if (e->kind != EVENT_MESSAGE)
		a->output.event(a->output.arg, e);
	else if (e->message.agent != NULL)
		on_agent(a, e);
	else if (!msgdup_input(a->duplicates, e->reader, &e->message, e->now))
		a->output.event(a->output.arg, e);
}

void
arrivals_tick(struct arrivals *a, nstime now, nstime wall)
{
	hepagents_tick(a->agents, now, wall);
}

nstime
arrivals_next_deadline(const struct arrivals *a)
{
	return hepagents_next_deadline(a->agents);
}

void
arrivals_agents(
    const struct arrivals *a, hepagents_seen_output *output, void *arg)
{
	hepagents_list(a->agents, output, arg);
}

void
arrivals_stats(const struct arrivals *a, counter_output *output, void *arg)
{
	msgdup_stats(a->duplicates, output, arg);
	hepagents_stats(a->agents, output, arg);
}
