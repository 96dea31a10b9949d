/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/streams.h"

#include <stdlib.h>

/* One connection: what each room keeps of it.  It stays what it was when the
 * ports are set anew. */
struct streams_connection {
	bool sip;
	void *messages, *tls, *attempt, *exchange, *clock;
};

struct streams {
	struct streams_limits limits;
	struct streams_output output;
	struct sipstream *sip;
	struct tlsflow *tls;
	struct attempts *attempts;
	struct exchanges *exchanges;
	/* Of the event being handled. */
	const struct context *context;
	struct streams_connection *connection;
	uint64_t no_memory;
};

static void
tell_certificate(struct streams *s, const struct tlsflow_event *e)
{
	if (e->certificate == NULL)
		return;
	s->output.observation(s->output.arg,
	    &(struct observation){
	        .kind = OBSERVATION_CERTIFICATE,
	        .now = e->now,
	        .wall = e->wall,
	        .certificate = {
	            .client = e->client,
	            .server = e->server,
	            .holder = e->from,
	            .depth = e->depth,
	            .chain = e->chain,
	            .certificate = e->certificate,
	            .now = e->now,
	            .wall = e->wall,
	        },
	    });
}

static void
on_tls(void *arg, const struct tlsflow_event *e)
{
	struct streams *s = arg;
	struct streams_connection *c = s->connection;

	attempts_tls(s->attempts, s->context, e, &c->attempt);
	exchanges_tls(s->exchanges, s->context, e, &c->exchange);
	if (e->kind == TLSFLOW_CERTIFICATE)
		tell_certificate(s, e);
	else if (e->kind == TLSFLOW_STAMP)
		clocks_tls(s->output.clocks, e);
}

struct streams *
streams_new(
    const struct streams_limits *limits, const struct streams_output *output)
{
	struct streams *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->output = *output;
	s->sip =
	    sipstream_new(limits->max_message, output->message, output->arg);
	s->tls = tlsflow_new(&limits->tls, on_tls, s);
	s->attempts = attempts_new(output->observation, output->arg);
	s->exchanges =
	    exchanges_new(&limits->exchanges, output->observation, output->arg);
	if (s->sip == NULL || s->tls == NULL || s->attempts == NULL ||
	    s->exchanges == NULL) {
		streams_free(s);
		return NULL;
	}
	streams_set(s, limits);
	return s;
}

void
streams_free(struct streams *s)
{
	if (s == NULL)
		return;
	sipstream_free(s->sip);
	tlsflow_free(s->tls);
	attempts_free(s->attempts);
	exchanges_free(s->exchanges);
	free(s);
}

void
streams_set(struct streams *s, const struct streams_limits *limits)
{
	s->limits = *limits;
	tlsflow_set(s->tls, &limits->tls);
	exchanges_set(s->exchanges, &limits->exchanges);
}

static bool
is_sip(const struct streams *s, const struct tcpreasm_event *e)
{
	return portset_has(&s->limits.sip_ports, e->server.port) ||
	    portset_has(&s->limits.sip_ports, e->client.port);
}

/* Attempts come first: they tell what the others then find on a connection
 * whose beginning was told. */
static void
pass_on(struct streams *s, const struct tcpreasm_event *e)
{
	struct streams_connection *c = s->connection;

	if (!c->sip) {
		clocks_stream(s->output.clocks, e, &c->clock);
		return;
	}
	attempts_tcp(s->attempts, s->context, e, &c->attempt);
	sipstream_input(s->sip, e, &c->messages);
	tlsflow_input(s->tls, e, &c->tls);
	if (e->fact == TCPREASM_FORGOTTEN)
		exchanges_forget(s->exchanges, &c->exchange);
}

/* NULL when out of memory. */
static struct streams_connection *
new_connection(const struct streams *s, const struct tcpreasm_event *e)
{
	struct streams_connection *c = calloc(1, sizeof(*c));

	if (c != NULL)
		c->sip = is_sip(s, e);
	return c;
}

/* Connections that came to nothing need no memory. */
static bool
needs_connection(const struct tcpreasm_event *e)
{
	return *e->user == NULL &&
	    (e->fact == TCPREASM_OPENED || e->fact == TCPREASM_DATA);
}

void
streams_input(struct streams *s, const struct context *context,
    const struct tcpreasm_event *e)
{
	struct streams_connection none = { .sip = is_sip(s, e) };

	if (needs_connection(e)) {
		*e->user = new_connection(s, e);
		if (*e->user == NULL) {
			s->no_memory++;
			return;
		}
	}
	s->context = context;
	s->connection = *e->user != NULL ? *e->user : &none;
	pass_on(s, e);
	s->connection = NULL;
	if (e->fact == TCPREASM_FORGOTTEN) {
		free(*e->user);
		*e->user = NULL;
	}
}

void
streams_unreachable(struct streams *s, const struct pairs *pairs,
    const struct icmp_unreachable *icmp, nstime now, nstime wall)
{
	if (portset_has(&s->limits.sip_ports, icmp->to.port))
		attempts_unreachable(s->attempts, pairs, icmp, now, wall);
}

void
streams_tick(
    struct streams *s, const struct context *context, nstime now, nstime wall)
{
	attempts_tick(s->attempts, context, now, wall);
	exchanges_tick(s->exchanges, context, now, wall);
}

nstime
streams_next_deadline(const struct streams *s)
{
	const nstime a = attempts_next_deadline(s->attempts);
	const nstime b = exchanges_next_deadline(s->exchanges);

	return a < b ? a : b;
}

void
streams_stats(const struct streams *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "streams.no_memory", s->no_memory);
	sipstream_stats(s->sip, output, arg);
	tlsflow_stats(s->tls, output, arg);
	attempts_stats(s->attempts, output, arg);
	exchanges_stats(s->exchanges, output, arg);
}
