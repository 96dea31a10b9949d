/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/matcher.h"

#include <stdlib.h>

#include "pipeline/inner/arrivals.h"
#include "pipeline/inner/loggedoutcome.h"
#include "pipeline/inner/lookahead.h"
#include "pipeline/inner/unreached.h"

/* For so long a sign of loss voids proofs that one missed final would refute.
 */
#define LOSS_COUNTS (300 * NSTIME_S)

struct matcher {
	observation_output *output;
	void *arg;
	struct portset sip_ports;
	nstime grace;

	struct arrivals *arrivals;
	struct paths *paths;
	struct clocks *clocks;
	struct crosscheck *crosscheck;
	struct callshard *own;  /* NULL: others match */
	struct shardset shards; /* the others, or it */

	nstime ahead;   /* stamps less `now' */
	bool unstamped; /* the latest event */
	nstime missed;  /* the latest sign of a final not seen */
	uint64_t no_memory, syn_once;
	uint64_t logged; /* failed requests in servers' logs */
};

static void on_outcome(void *arg, const struct outcome *outcome);
static void on_observation(void *arg, const struct observation *observation);
static txntable_worked has_worked;

/* A message too many is lost as one that was not captured. */
static void
on_lost(void *arg, nstime now)
{
	const struct matcher *m = arg;

	paths_dropped(m->paths, now);
}

static void
on_arrival(void *arg, const struct event *event)
{
	struct matcher *m = arg;

	if (m->own != NULL)
		matcher_settle(m, event);
	else
		m->shards.route(m->shards.arg, event);
}

static bool
build_rooms(struct matcher *m, const struct matcher_limits *limits)
{
	m->arrivals = arrivals_new(&limits->agents,
	    &(struct arrivals_output){ on_arrival, on_lost, m });
	m->clocks = clocks_new(&limits->clocks, on_observation, m);
	m->paths = paths_new(&limits->paths);
	m->crosscheck = crosscheck_new(&limits->message);
	if (m->arrivals == NULL || m->clocks == NULL || m->paths == NULL ||
	    m->crosscheck == NULL)
		return false;
	m->own = callshard_new(limits,
	    &(struct callshard_output){
		.outcome = on_outcome,
		.observed = on_observation,
		.worked = has_worked,
		.crosscheck = m->crosscheck,
		.arg = m,
	    });
	m->shards.shards = &m->own;
	m->shards.count = 1;
	return m->own != NULL;
}

struct matcher *
matcher_new(
    const struct matcher_limits *limits, observation_output *output, void *arg)
{
	struct matcher *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	message_init();
	m->output = output;
	m->arg = arg;
	m->missed = INT64_MIN;
	if (!build_rooms(m, limits)) {
		matcher_free(m);
		return NULL;
	}
	matcher_set(m, limits);
	return m;
}

void
matcher_free(struct matcher *m)
{
	if (m == NULL)
		return;
	callshard_free(m->own);
	arrivals_free(m->arrivals);
	clocks_free(m->clocks);
	paths_free(m->paths);
	crosscheck_free(m->crosscheck);
	free(m);
}

void
matcher_share(struct matcher *m, const struct shardset *shards)
{
	callshard_free(m->own);
	m->own = NULL;
	m->shards = *shards;
}

void
matcher_set(struct matcher *m, const struct matcher_limits *limits)
{
	m->sip_ports = limits->sip_ports;
	m->grace = limits->transactions.timers.grace;
	clocks_set(m->clocks, &limits->clocks);
	arrivals_set(m->arrivals, &limits->agents);
	paths_set(m->paths, &limits->paths);
	m->no_memory += !crosscheck_set(m->crosscheck, &limits->message);
	if (m->own != NULL)
		callshard_set(m->own, limits);
}

static void
on_observation(void *arg, const struct observation *observation)
{
	const struct matcher *m = arg;
	const bool by_stamp = observation->kind == OBSERVATION_CLOCK ||
	    observation->kind == OBSERVATION_CERTIFICATE;

	/* Without a stamp nothing can be compared with it. */
	if (!m->unstamped || !by_stamp)
		m->output(m->arg, observation);
}

static bool
is_sip_port(const struct matcher *m, uint16_t port)
{
	return portset_has(&m->sip_ports, port);
}

void
matcher_decide(const struct matcher *m, const struct sip_message *message,
    struct origin *origin)
{
	callshard_decide(m->own, message, origin);
}

static bool
has_worked(
    void *arg, const struct address *client, const struct address *server)
{
	const struct matcher *m = arg;

	return paths_has_worked(m->paths, client, server);
}

/* What the transactions made of a message tells which clocks it shows. */
static void
read_clocks(struct matcher *m, const struct event_message *in,
    const struct origin *origin, const struct txntable_input *input)
{
	if (input->missed)
		m->missed = origin->now;
	if (in->read)
		return;
	clocks_message(m->clocks,
	    &(struct clocks_message){
		.message = in->message,
		.octets = in->octets,
		.origin = origin,
		.input = *input,
		.crosscheck = m->crosscheck,
	    });
}

/* A message without a flow came in a packet that nobody reported before. */
static void
on_message(struct matcher *m, const struct event_message *in, nstime now)
{
	const struct origin *origin = &in->origin;
	struct callshard_settled settled;

	if (origin->flow != 0)
		paths_message(m->paths, origin->flow, origin->to_server, now);
	else
		paths_expect_entry(
		    m->paths, &origin->from.address, &origin->to.address);
	callshard_expect(m->own, in);
	if (origin->flow == 0)
		paths_packet(
		    m->paths, &origin->from.address, &origin->to.address, now);
	callshard_input(m->own, in, &settled);
	read_clocks(m, in, settled.origin, &settled.input);
}

static void
on_unreachable(struct matcher *m, const struct event *e)
{
	struct observation o;

	paths_unreachable(m->paths, &e->unreachable, e->now);
	if (!is_sip_port(m, e->unreachable.to.port))
		return;
	unreached_icmp(m->paths, e, &o);
	m->output(m->arg, &o);
}

static void
on_unanswered(struct matcher *m, const struct event *e)
{
	struct observation o;

	if (unreached_syn(m->paths, e, &m->syn_once, &o))
		m->output(m->arg, &o);
}

static void
on_flow(struct matcher *m, const struct event *e)
{
	struct observation o = {
		.kind = OBSERVATION_GAP,
		.now = e->now,
		.wall = e->wall,
		.gap = { .now = e->now, .wall = e->wall },
	};

	if (paths_flow(m->paths, e->flow, &e->facts, &o.gap))
		m->output(m->arg, &o);
}

static void
on_logged(struct matcher *m, const struct event *e)
{
	struct outcome outcome;
	struct observation o;

	loggedoutcome_make(e, ++m->logged, &outcome, &o);
	m->output(m->arg, &o);
}

void
matcher_input(void *matcher, const struct event *e)
{
	const struct matcher *m = matcher;

	arrivals_input(m->arrivals, e);
}

void
matcher_settle(void *matcher, const struct event *e)
{
	struct matcher *m = matcher;

	m->ahead = e->wall - e->now;
	m->unstamped = e->unstamped;
	switch (e->kind) {
	case EVENT_MESSAGE:
		if (e->message.matched)
			read_clocks(m, &e->message, &e->message.origin,
			    &e->message.input);
		else
			on_message(m, &e->message, e->now);
		break;
	case EVENT_PACKET:
		paths_packet(
		    m->paths, &e->packet_of.from, &e->packet_of.to, e->now);
		break;
	case EVENT_UNREACHABLE:
		on_unreachable(m, e);
		break;
	case EVENT_UNANSWERED:
		on_unanswered(m, e);
		break;
	case EVENT_FLOW:
		on_flow(m, e);
		break;
	case EVENT_ACKNOWLEDGED:
		paths_acknowledged(m->paths, e->flow, &e->acknowledged);
		break;
	case EVENT_STAMP:
		clocks_stamp(m->clocks, &e->stamp);
		break;
	case EVENT_LOGGED:
		on_logged(m, e);
		break;
	case EVENT_OBSERVED:
		on_observation(m, e->observation);
		break;
	case EVENT_SPOKE:
		matcher_spoke(m, e->spoke.flow, e->spoke.by_client, e->now);
		break;
	case EVENT_OUTCOME:
		on_outcome(m, e->outcome);
		break;
	case EVENT_REPORT: /* arrivals make a stamp of it */
	case EVENT_SEGMENT:
		break;
	}
}

void
matcher_spoke(struct matcher *m, uint64_t flow, bool by_client, nstime now)
{
	paths_message(m->paths, flow, by_client, now);
}

void
matcher_hint(
    void *matcher, const struct address *from, const struct address *to)
{
	const struct matcher *m = matcher;

	paths_expect(m->paths, from, to);
}

void
matcher_expect(const struct matcher *m, const struct event *later)
{
	lookahead_places(m->paths, m->own, later);
}

void
matcher_expect_entry(const struct matcher *m, const struct event *next)
{
	lookahead_entries(m->paths, m->own, next);
}

static void
tell_outcome(struct matcher *m, const struct outcome *o)
{
	struct observation observation = {
		.kind = OBSERVATION_TRANSACTION,
		.now = o->now,
		.wall = o->now + m->ahead,
		.outcome = o,
	};

	if (o->event == OUTCOME_ANSWERED || o->event == OUTCOME_LATE) {
		observation.delivery.reverse_seen = true;
		paths_answered(
		    m->paths, &o->uac.address, &o->uas.address, o->now);
	} else {
		paths_of_silence(m->paths, o, &observation.delivery);
	}
	m->output(m->arg, &observation);
}

static void
on_outcome(void *arg, const struct outcome *o)
{
	struct matcher *m = arg;
	struct outcome lossy;

	if (m->missed == INT64_MIN ||
	    o->now >= nstime_after(m->missed, LOSS_COUNTS)) {
		tell_outcome(m, o);
		return;
	}
	lossy = *o;
	lossy.signs.loss = true;
	tell_outcome(m, &lossy);
}

void
matcher_tick(struct matcher *m, nstime now, nstime wall)
{
	m->ahead = wall - now;
	arrivals_tick(m->arrivals, now, wall);
	if (m->own != NULL)
		callshard_tick(m->own, now);
}

nstime
matcher_next_deadline(const struct matcher *m)
{
	const nstime agents = arrivals_next_deadline(m->arrivals);
	const nstime calls =
	    m->own == NULL ? NSTIME_NEVER : callshard_next_deadline(m->own);

	return agents < calls ? agents : calls;
}

void
matcher_dropped(struct matcher *m, nstime now)
{
	paths_dropped(m->paths, now);
}

void
matcher_stepped(struct matcher *m, nstime step)
{
	clocks_stepped(m->clocks, step);
}

nstime
matcher_hole(struct matcher *m, nstime from, nstime until)
{
	shardset_hole(&m->shards, from, until);
	return nstime_after(until, m->grace);
}

void
matcher_finish(struct matcher *m, nstime now, nstime wall)
{
	m->ahead = wall - now;
	shardset_close(&m->shards, now);
}

uint64_t
matcher_not_watched(const struct matcher *m, uint16_t port)
{
	return shardset_not_watched(&m->shards, port);
}

size_t
matcher_open(const struct matcher *m)
{
	return shardset_open(&m->shards);
}

void
matcher_slowest(const struct matcher *m, size_t most,
    txntable_waiting_output *output, void *arg)
{
	shardset_slowest(&m->shards, most, output, arg);
}

void
matcher_agents(
    const struct matcher *m, hepagents_seen_output *output, void *arg)
{
	arrivals_agents(m->arrivals, output, arg);
}

uint64_t
matcher_confirmed(const struct matcher *m)
{
	struct crosscheck_counts counts;

	crosscheck_counts(m->crosscheck, &counts);
	return counts.same;
}

void
matcher_stats(const struct matcher *m, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "matcher.no_memory", m->no_memory);
	output(arg, COUNTER_EVENT, "matcher.syn_once", m->syn_once);
	paths_stats(m->paths, output, arg);
	clocks_stats(m->clocks, output, arg);
	arrivals_stats(m->arrivals, output, arg);
	crosscheck_stats(m->crosscheck, output, arg);
	shardset_stats(&m->shards, output, arg);
}
