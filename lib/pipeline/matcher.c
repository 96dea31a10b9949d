/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/matcher.h"

#include <stdlib.h>

#include "pipeline/inner/loggedoutcome.h"
#include "pipeline/inner/lookahead.h"
#include "pipeline/inner/msgdup.h"
#include "pipeline/inner/replies.h"
#include "pipeline/inner/unreached.h"
#include "sip/methods.h"
#include "sip/mras.h"

enum {
	METHODS_TEXT = 512,
	DUPLICATES = 1024 /* messages of the last moments */
};

struct matcher {
	struct matcher_limits limits;
	char methods[METHODS_TEXT];
	observation_output *output;
	void *arg;

	struct paths *paths;
	struct msgdup *duplicates;
	struct clocks *clocks;
	struct hepagents *agents;
	struct crosscheck *crosscheck;
	struct txntable *txns;

	nstime ahead;   /* stamps less `now' */
	bool unstamped; /* the latest event */
	uint64_t no_memory, syn_once;
	uint64_t logged; /* failed requests in servers' logs */
	uint32_t not_watched[65536];
};

static void on_outcome(void *arg, const struct outcome *outcome);
static void on_observation(void *arg, const struct observation *observation);
static txntable_worked has_worked;

static struct txntable_limits
transaction_limits(const struct matcher_limits *limits)
{
	struct txntable_limits transactions = limits->transactions;

	transactions.worked = has_worked;
	return transactions;
}

static bool
build_rooms(struct matcher *m, const struct matcher_limits *limits)
{
	const struct txntable_limits transactions = transaction_limits(limits);

	m->clocks = clocks_new(&limits->clocks, on_observation, m);
	m->paths = paths_new(&limits->paths);
	m->duplicates = msgdup_new(DUPLICATES, &limits->transactions.key);
	m->agents = hepagents_new(&limits->agents, on_observation, m);
	m->crosscheck = crosscheck_new(&limits->message);
	m->txns = txntable_new(&transactions, on_outcome, m);
	return m->clocks != NULL && m->paths != NULL && m->duplicates != NULL &&
	    m->agents != NULL && m->crosscheck != NULL && m->txns != NULL;
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
	clocks_free(m->clocks);
	hepagents_free(m->agents);
	paths_free(m->paths);
	msgdup_free(m->duplicates);
	crosscheck_free(m->crosscheck);
	txntable_free(m->txns);
	free(m);
}

void
matcher_set(struct matcher *m, const struct matcher_limits *limits)
{
	const struct txntable_limits transactions = transaction_limits(limits);
	struct textbuf methods;

	m->limits = *limits;
	textbuf_init(&methods, m->methods, sizeof(m->methods));
	textbuf_add(&methods, limits->methods);
	m->limits.methods = m->methods;
	clocks_set(m->clocks, &limits->clocks);
	hepagents_set(m->agents, &limits->agents);
	paths_set(m->paths, &limits->paths);
	m->no_memory += !crosscheck_set(m->crosscheck, &limits->message);
	txntable_set(m->txns, &transactions);
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
	return portset_has(&m->limits.sip_ports, port);
}

void
matcher_decide(const struct matcher *m, const struct sip_message *message,
    struct origin *origin)
{
	const uint16_t port = origin->to.port;

	origin->mras = is_sip_port(m, port) && mras_is_request(message);
	origin->watched = (origin->mras && m->limits.watch_mras) ||
	    (portset_has(&m->limits.watched_ports, port) &&
		methods_listed(slice_text(m->methods), message->method));
}

/* Above it systems take ports for clients (Linux; IANA's begin at 49152). */
enum { EPHEMERAL = 32768 };

/* The port that a configuration would name: the server's, or the one that
 * brought a transaction here when a server calls its client. */
static uint16_t
sip_port_of(const struct matcher *m, const struct origin *origin)
{
	return is_sip_port(m, origin->to.port) || origin->to.port < EPHEMERAL
	    ? origin->to.port
	    : origin->from.port;
}

static bool
has_worked(
    void *arg, const struct address *client, const struct address *server)
{
	const struct matcher *m = arg;

	return paths_has_worked(m->paths, client, server);
}

/* A watched transaction will not be judged. */
static void
tell_limited(struct matcher *m, const char *limit, const struct origin *origin)
{
	m->output(m->arg,
	    &(struct observation){
		.kind = OBSERVATION_LIMITED,
		.now = origin->now,
		.wall = origin->wall,
		.limit = limit,
	    });
}

/* A message without a flow came in a packet that nobody reported before. */
static void
on_message(struct matcher *m, const struct event_message *in, nstime now)
{
	const struct origin *origin = &in->origin;
	struct origin decided;
	struct txntable_input input;

	if (origin->flow != 0)
		paths_message(m->paths, origin->flow, origin->to_server, now);
	else
		paths_expect_entry(
		    m->paths, &origin->from.address, &origin->to.address);
	txntable_expect(m->txns, in->message, in->keyed ? &in->keys : NULL);
	if (origin->flow == 0)
		paths_packet(
		    m->paths, &origin->from.address, &origin->to.address, now);
	if (in->message->is_request && !in->read) {
		decided = *origin;
		matcher_decide(m, in->message, &decided);
		origin = &decided;
	}
	input = txntable_input(m->txns, in->message, origin);
	if (input.limited != NULL)
		tell_limited(m, input.limited, origin);
	if (input.match == TXNTABLE_NEW && !origin->watched)
		m->not_watched[sip_port_of(m, origin)]++;
	if (in->read)
		return;
	if (input.match == TXNTABLE_ORPHAN && m->limits.one_way)
		input.match = TXNTABLE_RESPONSE;
	replies_read(
	    &(struct replies_message){
		.message = in->message,
		.octets = in->octets,
		.origin = origin,
		.match = input.match,
		.crosscheck = m->crosscheck,
	    },
	    on_observation, m);
	clocks_message(m->clocks,
	    &(struct clocks_message){
		.message = in->message,
		.octets = in->octets,
		.origin = origin,
		.input = input,
		.crosscheck = m->crosscheck,
	    });
}

/* `now' is its arrival, `wall' the agent's stamp unless that is doubtful.  A
 * message too many is lost as one that was not captured. */
static void
on_agent(struct matcher *m, const struct event *e)
{
	struct event_message message = e->message;
	struct hepagents_message known;
	struct event_stamp stamp;

	if (!hepagents_input(
		m->agents, message.agent, e->now, e->wall, &known)) {
		paths_dropped(m->paths, e->now);
		return;
	}
	if (known.tells) {
		stamp = hepagents_stamp(e, known.shares);
		clocks_stamp(m->clocks, &stamp);
	}
	m->unstamped = m->unstamped || known.doubtful;
	message.origin.agent = known.agent;
	message.origin.wall = known.doubtful ? e->wall : message.agent->stamp;
	on_message(m, &message, e->now);
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
	struct matcher *m = matcher;

	m->ahead = e->wall - e->now;
	m->unstamped = e->unstamped;
	switch (e->kind) {
	case EVENT_MESSAGE:
		if (e->message.agent != NULL)
			on_agent(m, e);
		else if (!msgdup_input(
			     m->duplicates, e->reader, &e->message, e->now))
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
	lookahead_places(m->paths, m->txns, later);
}

void
matcher_expect_entry(const struct matcher *m, const struct event *next)
{
	lookahead_entries(m->paths, m->txns, next);
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
	struct outcome judged;

	/* Of the others nothing is quoted. */
	if (o->text.start_line.len == 0) {
		tell_outcome(m, o);
		return;
	}
	judged = *o;
	crosscheck_outcome(m->crosscheck, &judged);
	tell_outcome(m, &judged);
}

void
matcher_tick(struct matcher *m, nstime now, nstime wall)
{
	m->ahead = wall - now;
	hepagents_tick(m->agents, now, wall);
	txntable_tick(m->txns, now);
}

nstime
matcher_next_deadline(const struct matcher *m)
{
	const nstime agents = hepagents_next_deadline(m->agents);
	const nstime txns = txntable_next_deadline(m->txns);

	return agents < txns ? agents : txns;
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
	txntable_hole(m->txns, from, until);
	return nstime_after(until, m->limits.transactions.timers.grace);
}

void
matcher_finish(struct matcher *m, nstime now, nstime wall)
{
	m->ahead = wall - now;
	txntable_close(m->txns, now);
}

uint64_t
matcher_not_watched(const struct matcher *m, uint16_t port)
{
	return m->not_watched[port];
}

size_t
matcher_open(const struct matcher *m)
{
	return txntable_pending(m->txns);
}

void
matcher_slowest(const struct matcher *m, size_t most,
    txntable_waiting_output *output, void *arg)
{
	txntable_slowest(m->txns, most, output, arg);
}

void
matcher_agents(
    const struct matcher *m, hepagents_seen_output *output, void *arg)
{
	hepagents_list(m->agents, output, arg);
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
	msgdup_stats(m->duplicates, output, arg);
	paths_stats(m->paths, output, arg);
	clocks_stats(m->clocks, output, arg);
	hepagents_stats(m->agents, output, arg);
	crosscheck_stats(m->crosscheck, output, arg);
	txntable_stats(m->txns, output, arg);
}
