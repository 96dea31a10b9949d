/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/streams.h"

#include <stdlib.h>

#include "net/proxyproto.h"
#include "pipeline/inner/attempt.h"

/* Left in a record for what is saved after this. */
enum { SPARE = 1024 };

/* One connection: what each room keeps of it.  It stays what it was when the
 * ports are set anew. */
struct streams_connection {
	struct proxyproto_stream proxy;
	union {
		void *clock[2]; /* no SIP port: by enum tcpreasm_direction */
		struct {
			void *messages, *upgrade;
		};
	};
	void *tls, *attempt, *exchange;
	void *cipher, *decrypted; /* decrypt's, and the messages in it */
	bool sip;
	bool carries; /* it brought messages: its facts are reported */
};

struct streams {
	struct streams_limits limits;
	struct streams_output output;
	struct sipstream *sip;
	struct tlsflow *tls;
	struct attempts *attempts;
	struct exchanges *exchanges;
	struct decrypt *decrypt; /* NULL: nothing is decrypted */
	/* Of the event being handled. */
	const struct context *context;
	const struct tcpreasm_event *event;
	struct streams_connection *connection;
	uint64_t no_memory;
};

static void
tell_certificate(struct streams *s, const struct tlsflow_event *e)
{
	if (e->certificate == NULL)
		return;
	s->output.observation(s->output.arg, e->tcp->connection,
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
	/* A decrypted record is judged by its contents, not by its size. */
	if (!decrypt_reads(&c->cipher))
		exchanges_tls(s->exchanges, s->context, e, &c->exchange);
	if (e->kind == TLSFLOW_CERTIFICATE)
		tell_certificate(s, e);
	else if (e->kind == TLSFLOW_STAMP)
		sightings_tls(s->output.sightings, e);
}

/* With the client that its header named. */
static void
tell_flow(const struct streams *s, const struct tcpreasm_event *event)
{
	struct tcpreasm_event told = *event;

	told.proxied = proxyproto_client(&s->connection->proxy);
	s->output.flow(s->output.arg, &told);
}

static void
carried(struct streams *s, const struct tcpreasm_event *event)
{
	if (s->connection->carries)
		return;
	s->connection->carries = true;
	tell_flow(s, event);
}

void
streams_carried(struct streams *s, const struct tcpreasm_event *event)
{
	s->connection = *event->user;
	if (s->connection != NULL)
		carried(s, event);
	s->connection = NULL;
}

static void
on_sip(void *arg, const struct streampart *part,
    const struct framing_event *message)
{
	struct streams *s = arg;

	carried(s, s->event);
	s->output.message(s->output.arg, s->event, part, message);
}

static enum streampart_direction
direction_of(const struct tcpreasm_event *e)
{
	return e->direction == TCPREASM_TO_SERVER ? STREAMPART_TO_SERVER
						  : STREAMPART_TO_CLIENT;
}

/* Octets come out as those in clear do, so they go where those go. */
static void
read_decrypted(struct streams *s, const struct decrypt_event *e)
{
	const struct streampart part = {
		.transport = TRANSPORT_TLS,
		.direction = direction_of(e->tcp),
		.midway = e->tcp->guessed,
		.octets = e->tcp->octets,
		.lost = e->tcp->fact == TCPREASM_GAP,
		.offset = e->tcp->offset,
		.size = e->size,
		.now = e->tcp->now,
		.wall = e->tcp->wall,
	};

	sipstream_input(s->sip, &part, &s->connection->decrypted);
}

static void
tell_reading(struct streams *s, const struct decrypt_event *e)
{
	s->output.observation(s->output.arg, e->tcp->connection,
	    &(struct observation){
		.kind = e->kind == DECRYPT_OPENED ? OBSERVATION_DECRYPTED
						  : OBSERVATION_UNDECRYPTED,
		.b = e->server,
		.unread = e->reason,
		.now = e->tcp->now,
		.wall = e->tcp->wall,
	    });
}

/* It may come when something else happens: secrets arrived. */
static void
on_decrypt(void *arg, const struct decrypt_event *e)
{
	struct streams *s = arg;
	struct streams_connection *before = s->connection;
	const struct tcpreasm_event *event = s->event;

	s->event = e->tcp;
	s->connection = *e->tcp->user;
	switch (e->kind) {
	case DECRYPT_STREAM:
		read_decrypted(s, e);
		break;
	case DECRYPT_OPENED:
		exchanges_forget(s->exchanges, &s->connection->exchange);
		tell_reading(s, e);
		break;
	case DECRYPT_REFUSED:
		tell_reading(s, e);
		break;
	}
	s->event = event;
	s->connection = before;
}

struct streams *
streams_new(
    const struct streams_limits *limits, const struct streams_output *output)
{
	struct streams *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->output = *output;
	s->sip = sipstream_new(limits->max_message, limits->framing, on_sip, s);
	if (output->secrets != NULL)
		s->decrypt = decrypt_new(
		    &limits->decrypt, output->secrets, on_decrypt, s);
	s->tls = tlsflow_new(&limits->tls, on_tls, s);
	s->attempts = attempts_new(output->observation, output->arg);
	s->exchanges =
	    exchanges_new(&limits->exchanges, output->observation, output->arg);
	if (s->sip == NULL || s->tls == NULL || s->attempts == NULL ||
	    s->exchanges == NULL ||
	    (output->secrets != NULL && s->decrypt == NULL)) {
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
	decrypt_free(s->decrypt);
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
	if (s->decrypt != NULL)
		decrypt_set(s->decrypt, &limits->decrypt);
	exchanges_set(s->exchanges, &limits->exchanges);
}

static bool
is_sip(const struct streams *s, const struct tcpreasm_event *e)
{
	return portset_has(&s->limits.sip_ports, e->server.port) ||
	    portset_has(&s->limits.sip_ports, e->client.port);
}

static void
read_sip(struct streams *s, const struct tcpreasm_event *e, void **slot)
{
	const struct streampart part = {
		.transport = TRANSPORT_TCP,
		.direction = direction_of(e),
		.midway = e->guessed,
		.octets = e->octets,
		.lost = e->lost,
		.offset = e->offset,
		.size = e->octets.len,
		.now = e->now,
		.wall = e->wall,
	};

	if (e->fact == TCPREASM_DATA || e->fact == TCPREASM_GAP)
		sipstream_input(s->sip, &part, slot);
	else if (e->fact == TCPREASM_FORGOTTEN)
		sipstream_forget(slot);
}

static bool
changes_facts(enum tcpreasm_fact fact)
{
	return fact != TCPREASM_DATA && fact != TCPREASM_OPENED;
}

/* Attempts come first: they report what the others then find on a connection
 * whose beginning was reported. */
static void
pass_on(struct streams *s, const struct tcpreasm_event *event)
{
	struct streams_connection *c = s->connection;
	struct tcpreasm_event stripped;
	const struct tcpreasm_event *const e = &stripped;

	if (!c->sip) {
		sightings_stream(s->output.sightings, event, c->clock);
		return;
	}
	if (c->carries && changes_facts(event->fact))
		tell_flow(s, event);
	if (event->fact == TCPREASM_UNANSWERED)
		s->output.unanswered(s->output.arg, event);
	if (!proxyproto_strip(&c->proxy, event, &stripped))
		return;
	s->event = e;
	attempts_tcp(s->attempts, s->context, e, &c->attempt);
	if (!s->limits.apart) {
		read_sip(s, e, &c->messages);
		sightings_upgrade(s->output.sightings, e, &c->upgrade);
	}
	if (s->decrypt != NULL)
		decrypt_input(s->decrypt, e, &c->cipher);
	if (e->fact == TCPREASM_GAP)
		exchanges_gap(s->exchanges, e, &c->exchange);
	tlsflow_input(s->tls, e, &c->tls);
	if (e->fact == TCPREASM_FORGOTTEN) {
		sipstream_forget(&c->decrypted);
		exchanges_forget(s->exchanges, &c->exchange);
	}
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
	    (e->fact == TCPREASM_OPENED || e->fact == TCPREASM_DATA ||
		e->fact == TCPREASM_GAP);
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
	s->event = e;
	s->connection = *e->user != NULL ? *e->user : &none;
	pass_on(s, e);
	s->connection = NULL;
	if (e->fact == TCPREASM_FORGOTTEN) {
		if (*e->user != NULL)
			proxyproto_forget(
			    &((struct streams_connection *)*e->user)->proxy);
		free(*e->user);
		*e->user = NULL;
	}
}

struct saving {
	struct record *record;
	nstime since;
};

static void
save_connection(void *arg, const struct tcpreasm_open *open)
{
	const struct streams_connection *c = *open->user;
	const struct saving *saving = arg;
	struct record *r = saving->record;

	if (c == NULL || !c->sip || c->attempt == NULL ||
	    !attempt_outlives(c->attempt, saving->since) ||
	    record_left(r) < SPARE)
		return;
	record_more(r, true);
	endpoint_save(r, &open->client);
	endpoint_save(r, &open->server);
	record_time(r, open->last);
	for (int d = 0; d < 2; d++)
		record_u32(r, open->segments[d]);
	attempt_save(c->attempt, r);
}

void
streams_save(const struct tcpreasm *tcp, nstime since, struct record *record)
{
	struct saving saving = { record, since };

	tcpreasm_each_open(tcp, STREAMS_SAVED, save_connection, &saving);
	record_more(record, false);
}

static void
load_connection(struct streams *s, struct tcpreasm *tcp, struct cursor *from,
    uint64_t number)
{
	const struct endpoint client = endpoint_load(from);
	const struct endpoint server = endpoint_load(from);
	const struct tcpreasm_event event = { .client = client,
		.server = server };
	struct tcpreasm_open open = { .client = client, .server = server };
	struct streams_connection *c = new_connection(s, &event);
	void *attempt;

	open.last = record_read_time(from);
	for (int d = 0; d < 2; d++)
		open.segments[d] = cursor_le32(from);
	attempt = attempt_load(from, number);
	if (c == NULL || attempt == NULL) {
		s->no_memory += !from->bad;
		attempt_free(attempt);
		free(c);
		return;
	}
	c->attempt = attempt;
	/* The ports may have been set anew since it was saved. */
	if (c->sip)
		open.user = tcpreasm_adopt(tcp, &open, number);
	if (open.user != NULL) {
		*open.user = c;
		return;
	}
	attempt_free(attempt);
	free(c);
}

void
streams_load(struct streams *s, struct tcpreasm *tcp, struct cursor *from,
    uint64_t *number)
{
	while (record_read_more(from))
		load_connection(s, tcp, from, ++*number);
}

bool
streams_decrypted(const struct streams *s, struct decrypt_counts *counts)
{
	if (s->decrypt == NULL)
		return false;
	decrypt_counts(s->decrypt, counts);
	return true;
}

void
streams_tick_attempts(
    struct streams *s, const struct context *context, nstime now, nstime wall)
{
	s->context = context;
	if (s->decrypt != NULL)
		decrypt_tick(s->decrypt, now);
	attempts_tick(s->attempts, context, now, wall);
}

void
streams_tick_exchanges(
    struct streams *s, const struct context *context, nstime now, nstime wall)
{
	exchanges_tick(s->exchanges, context, now, wall);
}

void
streams_finish(struct streams *s, const struct context *context, nstime now)
{
	s->context = context;
	if (s->decrypt != NULL)
		decrypt_finish(s->decrypt, now);
}

nstime
streams_next_deadline(const struct streams *s)
{
	const nstime deadlines[] = {
		attempts_next_deadline(s->attempts),
		exchanges_next_deadline(s->exchanges),
		s->decrypt == NULL ? NSTIME_NEVER
				   : decrypt_next_deadline(s->decrypt),
	};

	return nstime_earliest(
	    deadlines, sizeof(deadlines) / sizeof(*deadlines));
}

void
streams_stats(const struct streams *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "streams.no_memory", s->no_memory);
	sipstream_stats(s->sip, output, arg);
	tlsflow_stats(s->tls, output, arg);
	if (s->decrypt != NULL)
		decrypt_stats(s->decrypt, output, arg);
	attempts_stats(s->attempts, output, arg);
	exchanges_stats(s->exchanges, output, arg);
}
