/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/tap.h"

#include <stdlib.h>

#include "sip/mras.h"
#include "sip/scan.h"
#include "sip/sipdate.h"
#include "sip/sipstream.h"

enum { METHODS_TEXT = 512 };

struct tap {
	struct tap_limits limits;
	char methods[METHODS_TEXT];
	observation_output *output;
	void *arg;

	struct descent *descent;
	struct tcpreasm *tcp;
	struct sipstream *streams;
	struct pairs *pairs;
	struct message *message;
	struct txntable *txns;
	struct sipdate_stats dates;

	nstime wall_offset; /* stamps less `now' */
	nstime last_drop;
	uint64_t packets, messages, segments;
	uint64_t other_port, foreign_streams, no_memory;
	uint32_t not_watched[65536];
};

static void on_transport(void *arg, const struct descent_event *event);
static void on_stream_message(void *arg, const struct tcpreasm_event *event,
    const struct framing_event *message);
static void on_stream(void *arg, const struct tcpreasm_event *event);
static void on_outcome(void *arg, const struct txntable_outcome *outcome);

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
	tap->descent = descent_new(&limits->descent, on_transport, tap);
	tap->streams =
	    sipstream_new(limits->message.octets, on_stream_message, tap);
	tap->tcp = tcpreasm_new(&limits->tcp, on_stream, tap);
	tap->pairs = pairs_new(&limits->pairs);
	tap->message = message_new(&limits->message);
	tap->txns = txntable_new(&limits->transactions, on_outcome, tap);
	if (tap->descent == NULL || tap->tcp == NULL || tap->streams == NULL ||
	    tap->pairs == NULL || tap->message == NULL || tap->txns == NULL) {
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
	descent_free(tap->descent);
	tcpreasm_free(tap->tcp); /* tells streams what to forget */
	sipstream_free(tap->streams);
	pairs_free(tap->pairs);
	message_free(tap->message);
	txntable_free(tap->txns);
	free(tap);
}

void
tap_set(struct tap *tap, const struct tap_limits *limits)
{
	struct textbuf methods;

	tap->limits = *limits;
	textbuf_init(&methods, tap->methods, sizeof(tap->methods));
	textbuf_add(&methods, limits->methods);
	tap->limits.methods = tap->methods;
	descent_set(tap->descent, &limits->descent);
	tcpreasm_set(tap->tcp, &limits->tcp);
	pairs_set(tap->pairs, &limits->pairs);
	txntable_set(tap->txns, &limits->transactions);
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
decide_watched(const struct tap *tap, const struct sip_message *m,
    struct txntable_origin *origin)
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
sip_port_of(const struct tap *tap, const struct txntable_origin *origin)
{
	return is_sip_port(tap, origin->to.port) ? origin->to.port
						 : origin->from.port;
}

/*
 * A Date tells the sender's clock when the message is new: a copy is as old
 * as the first, and stored messages keep their date (DOMAIN 2.1).  A request
 * that passed a proxy, or a response whose Date came from further along, is
 * not the word of the host that sent the packet.
 */
static void
witness_date(struct tap *tap, const struct sip_message *m,
    const struct txntable_origin *origin, struct txntable_input input)
{
	struct sipdate date;
	nstime told;

	if (m->date.len == 0 || slice_is(m->method, "MESSAGE") ||
	    input.date_relayed)
		return;
	if (input.match != TXNTABLE_NEW && input.match != TXNTABLE_RESPONSE)
		return;
	if (!sipdate_parse(m->date, &date, &tap->dates) ||
	    !sipdate_wall(&date, &told, &tap->dates))
		return;
	tap->output(tap->arg,
	    &(struct observation){
	        .kind = OBSERVATION_CLOCK,
	        .now = origin->now,
	        .wall = origin->wall,
	        .stamp = {
	            .peer = origin->from.address,
	            .witness = SKEW_DATE,
	            .attribution = m->is_request && m->vias > 1 ? SKEW_VIA
								: SKEW_HOST,
	            .told = told,
	            .resolution = NSTIME_S,
	            .wall = origin->wall,
	            .now = origin->now,
	        },
	    });
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
on_message(struct tap *tap, const struct sip_message *m,
    struct txntable_origin *origin)
{
	struct txntable_input input;

	tap->messages++;
	if (m->is_request)
		decide_watched(tap, m, origin);
	input = txntable_input(tap->txns, m, origin);
	if (input.match == TXNTABLE_NEW && !origin->watched)
		tap->not_watched[sip_port_of(tap, origin)]++;
	witness_date(tap, m, origin, input);
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
is_sip_datagram(const struct tap *tap, const struct descent_event *e)
{
	return is_sip_port(tap, e->from.port) || is_sip_port(tap, e->to.port) ||
	    slice_starts_with(e->udp.payload, "SIP/2.0 ");
}

static void
on_udp(struct tap *tap, const struct descent_event *e)
{
	struct txntable_origin origin = {
		.transport = TXNTABLE_UDP,
		.from = e->from,
		.to = e->to,
		.now = e->packet->now,
		.wall = e->packet->wall,
	};
	struct sip_message m;
	bool is_message;

	if (!is_sip_datagram(tap, e)) {
		tap->other_port++;
		return;
	}
	pairs_expect(tap->pairs, &e->from.address, &e->to.address);
	is_message = read_message(tap, e->udp.payload, &m);
	pairs_input(tap->pairs, &e->from.address, &e->to.address, origin.now);
	if (e->truncated && framing_may_be_sip(e->udp.payload) &&
	    e->udp.payload.len > 0)
		tell_truncated(tap, origin.now);
	if (is_message)
		on_message(tap, &m, &origin);
}

static void
on_tcp(struct tap *tap, const struct descent_event *e)
{
	const bool from_server = is_sip_port(tap, e->from.port);
	const bool to_server = is_sip_port(tap, e->to.port);

	if (!from_server && !to_server) {
		tap->other_port++;
		return;
	}
	pairs_input(
	    tap->pairs, &e->from.address, &e->to.address, e->packet->now);
	tap->segments += e->tcp.payload_len > 0;
	if (e->truncated && e->tcp.payload_len > 0)
		tell_truncated(tap, e->packet->now);
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
on_transport(void *arg, const struct descent_event *e)
{
	struct tap *tap = arg;

	switch (e->transport) {
	case DESCENT_UDP:
		on_udp(tap, e);
		break;
	case DESCENT_TCP:
		on_tcp(tap, e);
		break;
	case DESCENT_ICMP:
		pairs_unreachable(tap->pairs, &e->icmp.from.address,
		    &e->icmp.to, e->packet->now);
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
	struct txntable_origin origin = {
		.transport = TXNTABLE_TCP,
		.from = to_server ? e->client : e->server,
		.to = to_server ? e->server : e->client,
		.flow = e->connection,
		.flow_end = f->end,
		.to_server = to_server,
		.now = f->now,
		.wall = f->wall,
	};

	if (read_message(tap, f->octets, &m))
		on_message(tap, &m, &origin);
}

static void
on_stream(void *arg, const struct tcpreasm_event *e)
{
	struct tap *tap = arg;

	sipstream_input(tap->streams, e);
}

/* TCP needs three copies before we call it undelivered (DOMAIN 1.6). */
enum { UNDELIVERED_RESENDS = 3 };

static void
witness_tcp(const struct tap *tap, const struct txntable_outcome *o,
    struct timeout_witness *w)
{
	const enum tcpreasm_direction there =
	    o->flow_to_server ? TCPREASM_TO_SERVER : TCPREASM_TO_CLIENT;
	const enum tcpreasm_direction back =
	    o->flow_to_server ? TCPREASM_TO_CLIENT : TCPREASM_TO_SERVER;
	struct tcpreasm_facts request, reply;

	if (!tcpreasm_facts(tap->tcp, o->flow, there, &request) ||
	    !tcpreasm_facts(tap->tcp, o->flow, back, &reply))
		return;
	w->acknowledged = request.acknowledged >= o->flow_end;
	w->lost = w->lost || reply.last_gap >= o->sent;
	w->undelivered = !w->acknowledged &&
	    (request.resends >= UNDELIVERED_RESENDS || request.ended);
}

/* What is known here about a transaction whose time has come. */
static void
witness_silence(const struct tap *tap, const struct txntable_outcome *o,
    struct timeout_witness *w)
{
	struct pairs_facts there, back;

	pairs_facts(tap->pairs, &o->uac.address, &o->uas.address, &there);
	pairs_facts(tap->pairs, &o->uas.address, &o->uac.address, &back);
	w->lost = tap->last_drop >= o->sent;
	w->reverse_seen = back.packets > 0 && back.last >= o->sent;
	w->unreachable = there.unreachable_at >= o->sent &&
	    (there.unreachable_port == 0 ||
		there.unreachable_port == o->uas.port);
	if (o->transport != TXNTABLE_UDP)
		witness_tcp(tap, o, w);
}

static void
on_outcome(void *arg, const struct txntable_outcome *o)
{
	struct tap *tap = arg;
	struct observation observation = {
		.kind = OBSERVATION_TRANSACTION,
		.now = o->now,
		.wall = o->now + tap->wall_offset,
		.outcome = o,
		.witness = { .wall = o->now + tap->wall_offset },
	};

	if (o->event == TXNTABLE_ANSWERED || o->event == TXNTABLE_LATE)
		observation.witness.reverse_seen = true;
	else
		witness_silence(tap, o, &observation.witness);
	tap->output(tap->arg, &observation);
}

void
tap_packet(struct tap *tap, const struct packet *packet)
{
	if (tap_next_deadline(tap) <= packet->now)
		tap_tick(tap, packet->now);
	tap->wall_offset = packet->wall - packet->now;
	tap->packets++;
	descent_input(tap->descent, packet);
}

/* Segments may complete when others are given up, so TCP goes first. */
void
tap_tick(struct tap *tap, nstime now)
{
	descent_tick(tap->descent, now);
	tcpreasm_tick(tap->tcp, now);
	txntable_tick(tap->txns, now);
}

nstime
tap_next_deadline(const struct tap *tap)
{
	const nstime deadlines[] = {
		descent_next_deadline(tap->descent),
		tcpreasm_next_deadline(tap->tcp),
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
tap_rebase(struct tap *tap, nstime now)
{
	struct tcpreasm *fresh = tcpreasm_new(&tap->limits.tcp, on_stream, tap);

	tap_finish(tap, now);
	descent_reset(tap->descent);
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
	*counts = (struct tap_counts){
		.packets = tap->packets,
		.messages = tap->messages,
		.signalling = tap->messages + tap->segments,
		.recovered = message_recovered(tap->message),
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
	output(arg, "tap.other_port", tap->other_port);
	output(arg, "tap.no_memory", tap->no_memory);
	descent_stats(tap->descent, output, arg);
	tcpreasm_stats(tap->tcp, output, arg);
	pairs_stats(tap->pairs, output, arg);
	sipstream_stats(tap->streams, output, arg);
	message_stats(tap->message, output, arg);
	txntable_stats(tap->txns, output, arg);
	sipdate_stats_write(&tap->dates, output, arg);
}
