/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/tap.h"

#include <stdlib.h>

#include "pipeline/inner/crosscheck.h"
#include "pipeline/inner/streams.h"
#include "sip/mras.h"
#include "sip/scan.h"

enum { METHODS_TEXT = 512 };

struct tap {
	struct tap_limits limits;
	char methods[METHODS_TEXT];
	observation_output *output;
	void *arg;

	struct decode *decode;
	struct tcpreasm *tcp;
	struct streams *streams;
	struct clocks *clocks;
	struct pairs *pairs;
	struct message *message;
	struct crosscheck *crosscheck;
	struct txntable *txns;

	nstime wall_offset; /* stamps less `now' */
	bool unstamped;     /* the packet has no stamp */
	nstime last_drop;
	uint64_t packets, messages, segments;
	uint64_t other_port, no_memory;
	uint32_t not_watched[65536];
};

static void on_transport(void *arg, const struct decode_event *event);
static void on_stream_message(void *arg, const struct tcpreasm_event *event,
    const struct framing_event *message);
static void on_stream(void *arg, const struct tcpreasm_event *event);
static void on_outcome(void *arg, const struct outcome *outcome);
static void on_observation(void *arg, const struct observation *observation);

static struct streams_limits
streams_limits(const struct tap_limits *limits)
{
	return (struct streams_limits){
		.sip_ports = limits->sip_ports,
		.max_message = limits->message.octets,
		.tls = limits->tls,
		.exchanges = limits->exchanges,
	};
}

static bool
build_rooms(struct tap *tap, const struct tap_limits *limits)
{
	const struct streams_limits streams = streams_limits(limits);

	tap->clocks = clocks_new(&limits->clocks, on_observation, tap);
	tap->streams = streams_new(&streams,
	    &(struct streams_output){
		.message = on_stream_message,
		.observation = on_observation,
		.arg = tap,
		.clocks = tap->clocks,
	    });
	tap->decode = decode_new(&limits->decode, on_transport, tap);
	tap->tcp = tcpreasm_new(&limits->tcp, on_stream, tap);
	tap->pairs = pairs_new(&limits->pairs);
	tap->message = message_new(&limits->message);
	tap->crosscheck = crosscheck_new(&limits->message);
	tap->txns = txntable_new(&limits->transactions, on_outcome, tap);
	return tap->clocks != NULL && tap->streams != NULL &&
	    tap->decode != NULL && tap->tcp != NULL && tap->pairs != NULL &&
	    tap->message != NULL && tap->crosscheck != NULL &&
	    tap->txns != NULL;
}

struct tap *
tap_new(const struct tap_limits *limits, observation_output *output, void *arg)
{
	struct tap *tap = calloc(1, sizeof(*tap));

	if (tap == NULL)
		return NULL;
	message_init();
	tap->output = output;
	tap->arg = arg;
	tap->last_drop = INT64_MIN;
	if (!build_rooms(tap, limits)) {
		tap_free(tap);
		return NULL;
	}
	tap_set(tap, limits);
	return tap;
}

void
tap_free(struct tap *tap)
{
	if (tap == NULL)
		return;
	decode_free(tap->decode);
	tcpreasm_free(tap->tcp); /* tells streams what to forget */
	streams_free(tap->streams);
	clocks_free(tap->clocks);
	pairs_free(tap->pairs);
	message_free(tap->message);
	crosscheck_free(tap->crosscheck);
	txntable_free(tap->txns);
	free(tap);
}

void
tap_set(struct tap *tap, const struct tap_limits *limits)
{
	const struct streams_limits streams = streams_limits(limits);
	struct textbuf methods;

	tap->limits = *limits;
	textbuf_init(&methods, tap->methods, sizeof(tap->methods));
	textbuf_add(&methods, limits->methods);
	tap->limits.methods = tap->methods;
	decode_set(tap->decode, &limits->decode);
	tcpreasm_set(tap->tcp, &limits->tcp);
	streams_set(tap->streams, &streams);
	clocks_set(tap->clocks, &limits->clocks);
	pairs_set(tap->pairs, &limits->pairs);
	tap->no_memory += !message_set(tap->message, &limits->message);
	tap->no_memory += !crosscheck_set(tap->crosscheck, &limits->message);
	txntable_set(tap->txns, &limits->transactions);
}

static void
on_observation(void *arg, const struct observation *observation)
{
	const struct tap *tap = arg;
	const bool by_stamp = observation->kind == OBSERVATION_CLOCK ||
	    observation->kind == OBSERVATION_CERTIFICATE;

	/* Without a stamp nothing can be compared with it. */
	if (!tap->unstamped || !by_stamp)
		tap->output(tap->arg, observation);
}

/* Is `method' one of the words of the configured list?  Methods are
 * case-sensitive (RFC 3261 section 7.1). */
static bool
method_watched(const struct tap *tap, struct slice method)
{
	struct slice rest = slice_text(tap->methods);

	while (rest.len > 0) {
		const struct slice word =
		    slice_first(rest, slice_index(rest, ' '));

		if (slice_is(word, "*") ||
		    (word.len > 0 && slice_equal(word, method)))
			return true;
		rest = slice_after(rest, word.len + 1);
	}
	return false;
}

static bool
is_sip_port(const struct tap *tap, uint16_t port)
{
	return portset_has(&tap->limits.sip_ports, port);
}

static void
decide_watched(
    const struct tap *tap, const struct sip_message *m, struct origin *origin)
{
	const uint16_t port = origin->to.port;

	if (!m->is_request || slice_is(m->method, "ACK"))
		return;
	origin->mras = is_sip_port(tap, port) && mras_is_request(m);
	origin->watched = (origin->mras && tap->limits.watch_mras) ||
	    (portset_has(&tap->limits.watched_ports, port) &&
		method_watched(tap, m->method));
}

/* The SIP port of a transaction: the server's, or the one that brought it
 * here when a server calls its client. */
static uint16_t
sip_port_of(const struct tap *tap, const struct origin *origin)
{
	return is_sip_port(tap, origin->to.port) ? origin->to.port
						 : origin->from.port;
}

/* The scanner reads what is written as nearly all messages are; libosip2 has
 * the say about the rest, and counts what it refuses. */
static bool
read_message(struct tap *tap, struct slice octets, struct sip_message *m)
{
	if (scan_message(octets, &tap->limits.message, m) == SCAN_PARSED)
		return true;
	return message_parse(tap->message, octets, m) == MESSAGE_PARSED;
}

static void
on_message(struct tap *tap, struct slice octets, const struct sip_message *m,
    struct origin *origin)
{
	struct txntable_input input;

	tap->messages++;
	if (m->is_request)
		decide_watched(tap, m, origin);
	input = txntable_input(tap->txns, m, origin);
	if (input.match == TXNTABLE_NEW && !origin->watched)
		tap->not_watched[sip_port_of(tap, origin)]++;
	clocks_message(tap->clocks,
	    &(struct clocks_message){
		.message = m,
		.octets = octets,
		.origin = origin,
		.input = input,
		.crosscheck = tap->crosscheck,
	    });
}

static void
tell_truncated(struct tap *tap, nstime now)
{
	tap->output(tap->arg,
	    &(struct observation){
		.kind = OBSERVATION_TRUNCATED,
		.now = now,
		.wall = now + tap->wall_offset,
	    });
}

/* Responses may come from any port (RFC 3261 section 18.2.2). */
static bool
is_sip_datagram(const struct tap *tap, const struct decode_event *e)
{
	return is_sip_port(tap, e->from.port) || is_sip_port(tap, e->to.port) ||
	    slice_starts_with(e->udp.payload, "SIP/2.0 ");
}

static void
on_udp(struct tap *tap, const struct decode_event *e)
{
	struct origin origin = {
		.transport = TRANSPORT_UDP,
		.from = e->from,
		.to = e->to,
		.now = e->packet->now,
		.wall = e->packet->wall,
	};
	struct sip_message m;
	bool is_message;

	if (clocks_udp_port(tap->clocks, e->from.port) ||
	    clocks_udp_port(tap->clocks, e->to.port)) {
		clocks_datagram(tap->clocks, e);
		return;
	}
	if (!is_sip_datagram(tap, e)) {
		tap->other_port++;
		return;
	}
	pairs_expect(tap->pairs, &e->from.address, &e->to.address);
	is_message = read_message(tap, e->udp.payload, &m);
	pairs_expect_entry(tap->pairs);
	if (is_message)
		txntable_expect(tap->txns, &m);
	pairs_input(tap->pairs, &e->from.address, &e->to.address, origin.now);
	if (e->truncated && framing_may_be_sip(e->udp.payload) &&
	    e->udp.payload.len > 0)
		tell_truncated(tap, origin.now);
	if (is_message)
		on_message(tap, e->udp.payload, &m, &origin);
}

static void
reassemble(struct tap *tap, const struct decode_event *e, bool from_server,
    bool to_server)
{
	tcpreasm_input(tap->tcp,
	    &(struct tcpreasm_segment){
		.from = e->from,
		.to = e->to,
		.tcp = &e->tcp,
		.truncated = e->truncated,
		.from_is_server = from_server,
		.to_is_server = to_server,
		.now = e->packet->now,
		.wall = e->packet->wall,
	    });
}

static void
on_tcp(struct tap *tap, const struct decode_event *e)
{
	const bool from_server = is_sip_port(tap, e->from.port);
	const bool to_server = is_sip_port(tap, e->to.port);
	const bool from_witness = clocks_tcp_port(tap->clocks, e->from.port);
	const bool to_witness = clocks_tcp_port(tap->clocks, e->to.port);

	if (from_server || to_server) {
		pairs_input(tap->pairs, &e->from.address, &e->to.address,
		    e->packet->now);
		tap->segments += e->tcp.payload_len > 0;
		if (e->truncated && e->tcp.payload_len > 0)
			tell_truncated(tap, e->packet->now);
		reassemble(tap, e, from_server, to_server);
	} else if (from_witness || to_witness) {
		reassemble(tap, e, from_witness, to_witness);
	} else {
		tap->other_port++;
	}
}

static void
on_icmp(struct tap *tap, const struct decode_event *e)
{
	pairs_unreachable(
	    tap->pairs, &e->icmp.from.address, &e->icmp.to, e->packet->now);
	streams_unreachable(tap->streams, tap->pairs, &e->icmp, e->packet->now,
	    e->packet->wall);
}

static void
on_transport(void *arg, const struct decode_event *e)
{
	struct tap *tap = arg;

	switch (e->transport) {
	case DECODE_UDP:
		on_udp(tap, e);
		break;
	case DECODE_TCP:
		on_tcp(tap, e);
		break;
	case DECODE_ICMP:
		on_icmp(tap, e);
		break;
	}
}

static void
on_stream_message(
    void *arg, const struct tcpreasm_event *e, const struct framing_event *f)
{
	const bool to_server = e->direction == TCPREASM_TO_SERVER;
	struct tap *tap = arg;
	struct sip_message m;
	struct origin origin = {
		.transport = TRANSPORT_TCP,
		.from = to_server ? e->client : e->server,
		.to = to_server ? e->server : e->client,
		.flow = e->connection,
		.flow_end = f->end,
		.to_server = to_server,
		.now = f->now,
		.wall = f->wall,
	};

	if (read_message(tap, f->octets, &m))
		on_message(tap, f->octets, &m, &origin);
}

static struct context
context_of(const struct tap *tap)
{
	return (struct context){ tap->tcp, tap->pairs, tap->last_drop };
}

static void
on_stream(void *arg, const struct tcpreasm_event *e)
{
	struct tap *tap = arg;
	const struct context context = context_of(tap);

	streams_input(tap->streams, &context, e);
}

static void
tell_outcome(struct tap *tap, const struct outcome *o)
{
	const struct context context = context_of(tap);
	struct observation observation = {
		.kind = OBSERVATION_TRANSACTION,
		.now = o->now,
		.wall = o->now + tap->wall_offset,
		.outcome = o,
	};

	if (o->event == OUTCOME_ANSWERED || o->event == OUTCOME_LATE)
		observation.delivery.reverse_seen = true;
	else
		context_of_silence(&context, o, &observation.delivery);
	tap->output(tap->arg, &observation);
}

static void
on_outcome(void *arg, const struct outcome *o)
{
	struct tap *tap = arg;
	struct outcome judged;

	/* Of the others nothing is quoted. */
	if (o->text.start_line.len == 0) {
		tell_outcome(tap, o);
		return;
	}
	judged = *o;
	crosscheck_outcome(tap->crosscheck, &judged);
	tell_outcome(tap, &judged);
}

void
tap_packet(struct tap *tap, const struct packet *packet)
{
	tap->wall_offset = packet->wall - packet->now;
	tap->unstamped = packet->unstamped;
	tap->packets++;
	decode_input(tap->decode, packet);
}

/* Segments may complete when others are given up, so TCP goes first. */
void
tap_tick(struct tap *tap, nstime now)
{
	const struct context context = context_of(tap);

	decode_tick(tap->decode, now);
	tcpreasm_tick(tap->tcp, now);
	streams_tick(tap->streams, &context, now, now + tap->wall_offset);
	txntable_tick(tap->txns, now);
}

nstime
tap_next_deadline(const struct tap *tap)
{
	const nstime deadlines[] = {
		decode_next_deadline(tap->decode),
		tcpreasm_next_deadline(tap->tcp),
		streams_next_deadline(tap->streams),
		txntable_next_deadline(tap->txns),
	};
	return nstime_earliest(
	    deadlines, sizeof(deadlines) / sizeof(*deadlines));
}

void
tap_dropped(struct tap *tap, uint64_t packets, nstime now)
{
	if (packets > 0)
		tap->last_drop = now;
}

void
tap_stepped(struct tap *tap, nstime step)
{
	clocks_stepped(tap->clocks, step);
}

void
tap_rebase(struct tap *tap, nstime now)
{
	struct tcpreasm *fresh = tcpreasm_new(&tap->limits.tcp, on_stream, tap);

	tap_finish(tap, now);
	decode_reset(tap->decode);
	if (fresh == NULL) {
		tap->no_memory++;
		return;
	}
	tcpreasm_free(tap->tcp);
	tap->tcp = fresh;
}

void
tap_finish(struct tap *tap, nstime now)
{
	tcpreasm_flush(tap->tcp, now);
	txntable_close(tap->txns, now);
}

void
tap_counts(const struct tap *tap, struct tap_counts *counts)
{
	struct crosscheck_counts crosscheck;

	crosscheck_counts(tap->crosscheck, &crosscheck);
	*counts = (struct tap_counts){
		.packets = tap->packets,
		.messages = tap->messages,
		.signalling = tap->messages + tap->segments,
		.recovered = message_recovered(tap->message),
		.confirmed = crosscheck.same,
	};
}

uint64_t
tap_not_watched(const struct tap *tap, uint16_t port)
{
	return tap->not_watched[port];
}

size_t
tap_open(const struct tap *tap)
{
	return txntable_open(tap->txns);
}

void
tap_stats(const struct tap *tap, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "tap.other_port", tap->other_port);
	output(arg, COUNTER_LIMIT, "tap.no_memory", tap->no_memory);
	decode_stats(tap->decode, output, arg);
	tcpreasm_stats(tap->tcp, output, arg);
	pairs_stats(tap->pairs, output, arg);
	streams_stats(tap->streams, output, arg);
	clocks_stats(tap->clocks, output, arg);
	message_stats(tap->message, output, arg);
	crosscheck_stats(tap->crosscheck, output, arg);
	txntable_stats(tap->txns, output, arg);
}
