/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/reader.h"

#include <stdlib.h>

#include "pipeline/inner/serverlog.h"
#include "pipeline/inner/streams.h"
#include "sip/plainsip.h"
#include "sip/scan.h"

struct reader {
	struct reader_limits limits;
	struct reader_output output;

	struct decode *decode;
	struct tcpreasm *tcp;
	struct streams *streams;
	struct sightings *sightings;
	struct message *message;
	struct serverlog *log;

	nstime now, ahead; /* stamps less `now' */
	bool unstamped;    /* the latest packet */
	uint64_t packet;   /* the latest at `now', as in struct event */
	enum event_task task;
	nstime last_drop;
	nstime hole;   /* no packets were captured for long after this, .. */
	nstime judged; /* .. and what was due is judged at this */
	uint64_t packets, messages, segments;
	uint64_t other_port, no_memory;
	struct porttally unlisted; /* SIP on other ports */
	struct obstacle_vote obstacle_port;
};

static void
tell(const struct reader *r, struct event *event)
{
	event->now = r->now;
	event->wall = r->now + r->ahead;
	event->packet = r->packet;
	event->unstamped = r->unstamped;
	event->task = r->task;
	r->output.event(r->output.arg, event);
}

static void
on_sighting(void *arg, const struct event *sighting)
{
	struct event event = *sighting;

	tell(arg, &event);
}

static void
on_observation(void *arg, uint64_t flow, const struct observation *observation)
{
	struct event event = {
		.kind = EVENT_OBSERVED,
		.flow = flow,
		.observation = observation,
	};

	tell(arg, &event);
}

static void
tell_truncated(struct reader *r)
{
	on_observation(r, 0,
	    &(struct observation){
		.kind = OBSERVATION_TRUNCATED,
		.now = r->now,
		.wall = r->now + r->ahead,
	    });
}

static void
tell_packet(const struct reader *r, const struct address *from,
    const struct address *to)
{
	struct event event;

	event.kind = EVENT_PACKET;
	event.flow = 0;
	event.packet_of = (struct event_packet){ *from, *to };
	tell(r, &event);
}

/* The scanner reads what is written as nearly all messages are; libosip2 has
 * the say about the rest, and counts what it refuses. */
static bool
read_message(struct reader *r, struct slice octets, struct sip_message *m)
{
	if (scan_message(octets, &r->limits.message, m) == SCAN_PARSED)
		return true;
	return message_parse(r->message, octets, m) == MESSAGE_PARSED;
}

static void
tell_message(struct reader *r, struct slice octets, const struct sip_message *m,
    struct event *event)
{
	r->messages++;
	event->kind = EVENT_MESSAGE;
	event->flow = event->message.origin.flow;
	event->message.octets = octets;
	event->message.message = m;
	tell(r, event);
}

static bool
is_sip_port(const struct reader *r, uint16_t port)
{
	return portset_has(&r->limits.sip_ports, port);
}

/* Responses may come from any port (RFC 3261 section 18.2.2). */
static bool
is_sip_datagram(const struct reader *r, const struct decode_event *e)
{
	return is_sip_port(r, e->from.port) || is_sip_port(r, e->to.port) ||
	    slice_starts_with(e->udp.payload, "SIP/2.0 ");
}

/* Servers and Wireshark write messages that came over TCP or TLS as datagrams
 * of their own making: the Via tells which it was. */
static enum transport
transport_of(const struct sip_message *m)
{
	if (slice_is_nocase(m->via_transport, "TLS") ||
	    slice_is_nocase(m->via_transport, "WSS"))
		return TRANSPORT_TLS;
	if (slice_is_nocase(m->via_transport, "TCP") ||
	    slice_is_nocase(m->via_transport, "WS"))
		return TRANSPORT_TCP;
	return TRANSPORT_UDP;
}

static void
read_datagram(struct reader *r, const struct decode_event *e)
{
	const struct slice octets = e->udp.payload;
	struct sip_message m;
	struct event event;
	bool is_message;

	if (r->output.hint != NULL)
		r->output.hint(r->output.arg, &e->from.address, &e->to.address);
	is_message = read_message(r, octets, &m);
	if (e->truncated && framing_may_be_sip(octets) && octets.len > 0)
		tell_truncated(r);
	if (!is_message) {
		tell_packet(r, &e->from.address, &e->to.address);
		return;
	}
	event.message.origin = (struct origin){
		.transport = e->transport == DECODE_SCTP ? TRANSPORT_TCP
							 : transport_of(&m),
		.from = e->from,
		.to = e->to,
		.now = r->now,
		.wall = r->now + r->ahead,
	};
	tell_message(r, octets, &m, &event);
}

static void
count_other(struct reader *r, const struct decode_event *e)
{
	r->other_port++;
	obstacle_count(&r->obstacle_port,
	    e->from.port < e->to.port ? e->from.port : e->to.port);
}

/* SIP on ports that nobody listed is counted by the server's port. */
static void
note_unlisted(
    struct reader *r, const struct decode_event *e, struct slice payload)
{
	const enum plainsip kind = plainsip_kind(payload);
	const uint16_t port =
	    kind == PLAINSIP_REQUEST ? e->to.port : e->from.port;

	if (kind != PLAINSIP_NONE)
		porttally_add(&r->unlisted, port, 1);
}

static void
on_udp(struct reader *r, const struct decode_event *e)
{
	if (!is_sip_port(r, e->from.port) && !is_sip_port(r, e->to.port))
		note_unlisted(r, e, e->udp.payload);
	if (sightings_udp_port(r->sightings, e->from.port) ||
	    sightings_udp_port(r->sightings, e->to.port))
		sightings_datagram(r->sightings, e);
	else if (is_sip_datagram(r, e))
		read_datagram(r, e);
	else
		count_other(r, e);
}

static void
reassemble(struct reader *r, const struct decode_event *e, bool from_server,
    bool to_server)
{
	tcpreasm_input(r->tcp,
	    &(struct tcpreasm_segment){
		.from = e->from,
		.to = e->to,
		.tcp = &e->tcp,
		.truncated = e->truncated,
		.from_is_server = from_server,
		.to_is_server = to_server,
		.number = e->packet->number,
		.now = e->packet->now,
		.wall = e->packet->wall,
	    });
}

static void
on_witness_segment(struct reader *r, const struct decode_event *e)
{
	const bool from = sightings_tcp_port(r->sightings, e->from.port);
	const bool to = sightings_tcp_port(r->sightings, e->to.port);

	if (from || to) {
		reassemble(r, e, from, to);
		return;
	}
	if (r->limits.hellos && sightings_hello(r->sightings, e))
		return;
	note_unlisted(r, e, e->tcp.payload);
	count_other(r, e);
}

static void
on_tcp(struct reader *r, const struct decode_event *e)
{
	const bool from = is_sip_port(r, e->from.port);
	const bool to = is_sip_port(r, e->to.port);

	if (!from && !to) {
		on_witness_segment(r, e);
		return;
	}
	tell_packet(r, &e->from.address, &e->to.address);
	r->segments += e->tcp.payload_len > 0;
	if (e->truncated && e->tcp.payload_len > 0)
		tell_truncated(r);
	reassemble(r, e, from, to);
}

static void
on_icmp(const struct reader *r, const struct decode_event *e)
{
	struct event event = {
		.kind = EVENT_UNREACHABLE,
		.unreachable = e->icmp,
	};

	tell(r, &event);
}

/* RFC 4168: a message each, delivered or not, as over TCP. */
static void
on_sctp(struct reader *r, const struct decode_event *e)
{
	if (is_sip_datagram(r, e))
		read_datagram(r, e);
	else
		count_other(r, e);
}

static void
on_transport(void *arg, const struct decode_event *e)
{
	struct reader *r = arg;

	switch (e->transport) {
	case DECODE_UDP:
		on_udp(r, e);
		break;
	case DECODE_TCP:
		on_tcp(r, e);
		break;
	case DECODE_SCTP:
		on_sctp(r, e);
		break;
	case DECODE_ICMP:
		on_icmp(r, e);
		break;
	}
}

/* When this side was the first to end the connection, by FIN or RST. */
static nstime
hung_up(const struct tcpreasm_event *e, enum tcpreasm_direction d,
    const struct tcpreasm_facts *facts)
{
	if (e->fact == TCPREASM_RESET && e->direction == d &&
	    facts->hung_up == NSTIME_NEVER)
		return e->now;
	return facts->hung_up;
}

static void
tell_acknowledged(const struct reader *r, const struct tcpreasm_event *e)
{
	struct event event;

	event.kind = EVENT_ACKNOWLEDGED;
	event.flow = e->connection;
	event.acknowledged =
	    (struct event_acknowledged){ e->direction, e->offset };
	tell(r, &event);
}

static void
tell_facts(const struct reader *r, const struct tcpreasm_event *e)
{
	struct event event = {
		.kind = EVENT_FLOW,
		.flow = e->connection,
		.facts = { .forgotten = e->fact == TCPREASM_FORGOTTEN },
	};

	for (int d = 0; d < 2; d++) {
		struct tcpreasm_facts facts;

		if (!tcpreasm_facts(r->tcp, e->connection, d, &facts))
			return;
		event.facts.ways[d] = (struct event_way){
			.acknowledged = facts.acknowledged,
			.last_gap = facts.last_gap,
			.hung_up = hung_up(e, d, &facts),
			.undelivered = facts.resends >= TCPREASM_UNDELIVERED,
		};
		event.facts.ended = facts.ended;
	}
	tell(r, &event);
}

static void
on_flow(void *arg, const struct tcpreasm_event *e)
{
	if (e->fact == TCPREASM_ACKNOWLEDGED)
		tell_acknowledged(arg, e);
	else
		tell_facts(arg, e);
}

static void
on_unanswered(void *arg, const struct tcpreasm_event *e)
{
	struct reader *r = arg;
	struct tcpreasm_facts sent = { .segments = 0 };
	struct event event = {
		.kind = EVENT_UNANSWERED,
		.flow = e->connection,
		.unanswered = { .client = e->client, .server = e->server },
	};

	tcpreasm_facts(r->tcp, e->connection, TCPREASM_TO_SERVER, &sent);
	event.unanswered.copies = sent.segments;
	tell(r, &event);
}

static void
on_stream_message(void *arg, const struct tcpreasm_event *e,
    const struct streampart *part, const struct framing_event *f)
{
	const bool to_server = part->direction == STREAMPART_TO_SERVER;
	const struct endpoint *from = to_server ? &e->client : &e->server;
	const struct endpoint *to = to_server ? &e->server : &e->client;
	struct reader *r = arg;
	struct sip_message m;
	struct event event;

	if (!read_message(r, f->octets, &m))
		return;
	if (m.is_request &&
	    tcpreasm_await(r->tcp, e->connection, e->direction, f->end))
		tell_facts(r, e);
	event.message.origin = (struct origin){
		.transport = part->transport,
		.from = *from,
		.to = *to,
		.flow = e->connection,
		.flow_end = f->end,
		.to_server = to_server,
		.now = f->now,
		.wall = f->wall,
	};
	tell_message(r, f->octets, &m, &event);
}

static struct context
context_of(const struct reader *r)
{
	return (struct context){ r->tcp, r->last_drop };
}

static void
on_stream(void *arg, const struct tcpreasm_event *e)
{
	struct reader *r = arg;
	const struct context context = context_of(r);

	streams_input(r->streams, &context, e);
}

static struct streams_limits
streams_limits(const struct reader_limits *limits)
{
	return (struct streams_limits){
		.sip_ports = limits->sip_ports,
		.max_message = limits->message.octets,
		.tls = limits->tls,
		.decrypt = limits->decrypt,
		.exchanges = limits->exchanges,
	};
}

static bool
build_rooms(struct reader *r, const struct reader_limits *limits)
{
	const struct streams_limits streams = streams_limits(limits);

	r->sightings = sightings_new(limits->muted, on_sighting, r);
	r->streams = streams_new(&streams,
	    &(struct streams_output){
		.message = on_stream_message,
		.flow = on_flow,
		.unanswered = on_unanswered,
		.observation = on_observation,
		.arg = r,
		.sightings = r->sightings,
		.secrets = limits->secrets,
	    });
	r->decode = decode_new(&limits->decode, on_transport, r);
	r->tcp = tcpreasm_new(&limits->tcp, on_stream, r);
	r->message = message_new(&limits->message);
	r->log = serverlog_new(limits->message.octets);
	return r->log != NULL && r->sightings != NULL && r->streams != NULL &&
	    r->decode != NULL && r->tcp != NULL && r->message != NULL;
}

struct reader *
reader_new(
    const struct reader_limits *limits, const struct reader_output *output)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	message_init();
	r->output = *output;
	r->limits = *limits;
	r->last_drop = INT64_MIN;
	r->hole = INT64_MIN;
	r->judged = INT64_MIN;
	if (build_rooms(r, limits))
		return r;
	reader_free(r);
	return NULL;
}

static void
tell_nobody(void *arg, const struct event *event)
{
	(void)arg;
	(void)event;
}

void
reader_free(struct reader *r)
{
	if (r == NULL)
		return;
	r->output = (struct reader_output){ .event = tell_nobody };
	decode_free(r->decode);
	tcpreasm_free(r->tcp); /* tells streams what to forget */
	streams_free(r->streams);
	sightings_free(r->sightings);
	message_free(r->message);
	serverlog_free(r->log);
	free(r);
}

void
reader_set(struct reader *r, const struct reader_limits *limits)
{
	const struct streams_limits streams = streams_limits(limits);

	r->limits = *limits;
	decode_set(r->decode, &limits->decode);
	tcpreasm_set(r->tcp, &limits->tcp);
	streams_set(r->streams, &streams);
	sightings_set(r->sightings, limits->muted);
	r->no_memory += !message_set(r->message, &limits->message);
}

static void
read_logged_message(struct reader *r, const struct serverlog_record *record)
{
	struct sip_message m;
	struct event event;

	if (!read_message(r, record->octets, &m))
		return;
	event.message.origin = (struct origin){
		.transport = transport_of(&m),
		.from = record->from,
		.to = record->to,
		.now = r->now,
		.wall = r->now + r->ahead,
	};
	tell_message(r, record->octets, &m, &event);
}

/* A record of a server's trace. */
static void
read_log(struct reader *r, struct slice octets)
{
	struct serverlog_record record;
	struct event event;

	if (!serverlog_read(r->log, octets, &record))
		return;
	if (record.trace.kind == SERVERTRACE_MESSAGE) {
		read_logged_message(r, &record);
		return;
	}
	event.kind = EVENT_LOGGED;
	event.flow = 0;
	event.logged = (struct event_logged){ record.from, record.to, octets };
	tell(r, &event);
}

static void
move_time(struct reader *r, nstime now, nstime wall)
{
	if (r->now != now)
		r->packet = 0;
	r->now = now;
	r->ahead = wall - now;
}

void
reader_packet(struct reader *r, const struct packet *packet)
{
	move_time(r, packet->now, packet->wall);
	r->packet = packet->number;
	r->unstamped = packet->unstamped || packet->zoneless;
	r->task = EVENT_BY_PACKET;
	r->packets++;
	if (packet->datalink == SERVERTRACE_DATALINK)
		read_log(r, packet->octets);
	else
		decode_input(r->decode, packet);
}

/*
 * Connections are not given up for a hole in the capture: that waits until the
 * packets behind it were seen, and transactions were judged by them.
 */
static nstime
after_hole(const struct reader *r, nstime deadline)
{
	if (deadline > r->hole && deadline <= r->judged)
		return nstime_after(r->judged, 1);
	return deadline;
}

void
reader_hole(struct reader *r, nstime from, nstime judged)
{
	if (from > r->judged)
		r->hole = from;
	r->judged = judged;
}

/* Segments may complete when others are given up, so TCP goes first. */
void
reader_tick(struct reader *r, nstime now, nstime wall)
{
	const struct context context = context_of(r);

	move_time(r, now, wall);
	decode_tick(r->decode, now);
	r->task = EVENT_BY_TCP_TIMER;
	if (after_hole(r, now) == now)
		tcpreasm_tick(r->tcp, now);
	r->task = EVENT_BY_ATTEMPT_TIMER;
	streams_tick_attempts(r->streams, &context, now, wall);
	r->task = EVENT_BY_EXCHANGE_TIMER;
	streams_tick_exchanges(r->streams, &context, now, wall);
}

nstime
reader_next_deadline(const struct reader *r)
{
	const nstime deadlines[] = {
		decode_next_deadline(r->decode),
		after_hole(r, tcpreasm_next_deadline(r->tcp)),
		streams_next_deadline(r->streams),
	};
	return nstime_earliest(
	    deadlines, sizeof(deadlines) / sizeof(*deadlines));
}

void
reader_dropped(struct reader *r, nstime now)
{
	r->last_drop = now;
}

void
reader_finish(struct reader *r, nstime now, nstime wall)
{
	const struct context context = context_of(r);

	move_time(r, now, wall);
	r->task = EVENT_BY_END;
	tcpreasm_flush(r->tcp, now);
	streams_finish(r->streams, &context, now);
}

void
reader_rebase(struct reader *r, nstime now, nstime wall)
{
	struct tcpreasm *fresh = tcpreasm_new(&r->limits.tcp, on_stream, r);

	move_time(r, now, wall);
	r->task = EVENT_BY_END;
	decode_reset(r->decode);
	if (fresh == NULL) {
		r->no_memory++;
		return;
	}
	tcpreasm_free(r->tcp);
	r->tcp = fresh;
}

void
reader_counts(const struct reader *r, struct reader_counts *counts)
{
	*counts = (struct reader_counts){
		.packets = r->packets,
		.messages = r->messages,
		.signalling = r->messages + r->segments,
		.recovered = message_recovered(r->message),
	};
}

bool
reader_decrypted(const struct reader *r, struct decrypt_counts *counts)
{
	return streams_decrypted(r->streams, counts);
}

const struct porttally *
reader_unlisted(const struct reader *r)
{
	return &r->unlisted;
}

void
reader_names(const struct reader *r, serverlog_name *output, void *arg)
{
	serverlog_names(r->log, output, arg);
}

void
reader_obstacles(const struct reader *r, struct obstacles *obstacles)
{
	*obstacles = *decode_obstacles(r->decode);
	obstacles->port = r->obstacle_port;
}

void
reader_stats(const struct reader *r, counter_output *output, void *arg)
{
	output(arg, COUNTER_OTHER, "reader.other_port", r->other_port);
	output(arg, COUNTER_LIMIT, "reader.no_memory", r->no_memory);
	decode_stats(r->decode, output, arg);
	tcpreasm_stats(r->tcp, output, arg);
	streams_stats(r->streams, output, arg);
	sightings_stats(r->sightings, output, arg);
	message_stats(r->message, output, arg);
	serverlog_stats(r->log, output, arg);
}
