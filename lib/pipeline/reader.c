/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/reader.h"

#include <stdlib.h>

#include "pipeline/inner/transports.h"

static void
on_association(void *arg, uint64_t flow, const struct event_flow *facts)
{
	const struct reader *r = arg;
	struct event event = {
		.kind = EVENT_FLOW,
		.flow = flow,
		.facts = *facts,
	};

	teller_event(&r->teller, &event);
}

static void
on_observation(void *arg, uint64_t flow, const struct observation *observation)
{
	struct reader *r = arg;

	teller_observation(&r->teller, flow, observation);
}

static void
on_flow(void *arg, const struct tcpreasm_event *e)
{
	const struct reader *r = arg;

	teller_flow(&r->teller, r->tcp, e);
}

static void
on_unanswered(void *arg, const struct tcpreasm_event *e)
{
	const struct reader *r = arg;

	teller_unanswered(&r->teller, r->tcp, e);
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

	if (!messages_parse(&r->messages, f->octets, &m))
		return;
	if (m.is_request &&
	    tcpreasm_await(r->tcp, e->connection, e->direction, f->end))
		on_flow(r, e);
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
	messages_tell(&r->messages, f->octets, &m, &event);
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

	if (portset_has(&r->limits.hep.ports, e->server.port))
		hepflow_input(r->hepflow, e);
	else
		streams_input(r->streams, &context, e);
}

static struct streams_limits
streams_limits(const struct reader_limits *limits)
{
	return (struct streams_limits){
		.sip_ports = limits->sip_ports,
		.apart = limits->apart,
		.max_message = limits->message.octets,
		.framing = limits->framing,
		.tls = limits->tls,
		.decrypt = limits->decrypt,
		.exchanges = limits->exchanges,
	};
}

/* SIP's, the tunnels', the witnesses' and HEP's. */
static void
set_ports(struct reader *r, const struct reader_limits *limits)
{
	struct portset others = limits->hep.ports;

	decode_ports(&limits->decode, &others);
	sightings_add_udp_ports(r->sightings, &others);
	sipports_set(&r->ports, &limits->sip_ports, &others);
}

static bool
build_rooms(struct reader *r, const struct reader_limits *limits)
{
	const struct streams_limits streams = streams_limits(limits);

	r->sightings =
	    sightings_new(limits->muted, teller_sighting, &r->teller);
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
	r->decode = decode_new(&limits->decode, transports_input, r);
	r->tcp = tcpreasm_new(&limits->tcp, on_stream, r);
	r->associations =
	    associations_new(&limits->decode.key, on_association, r);
	r->log = serverlog_new(limits->message.octets);
	r->hep = hepreading_new(&limits->hep);
	r->hepflow = hepflow_new(limits->framing, transports_hep, r);
	if (r->sightings != NULL)
		set_ports(r, limits);
	return r->log != NULL && r->associations != NULL && r->hep != NULL &&
	    r->hepflow != NULL && r->sightings != NULL && r->streams != NULL &&
	    r->decode != NULL && r->tcp != NULL;
}

struct reader *
reader_new(
    const struct reader_limits *limits, const struct reader_output *output)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	message_init();
	r->teller.output = output->event;
	r->teller.arg = output->arg;
	r->handed = output->handed;
	r->refused = output->refused;
	r->handed_arg = output->handed_arg;
	r->limits = *limits;
	r->last_drop = INT64_MIN;
	r->hole = INT64_MIN;
	r->judged = INT64_MIN;
	if (messages_init(&r->messages, &limits->message, output, &r->teller) &&
	    build_rooms(r, limits))
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
	r->teller.output = tell_nobody;
	decode_free(r->decode);
	tcpreasm_free(r->tcp); /* makes streams forget */
	associations_free(r->associations);
	streams_free(r->streams);
	sightings_free(r->sightings);
	messages_done(&r->messages);
	serverlog_free(r->log);
	hepreading_free(r->hep);
	hepflow_free(r->hepflow);
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
	hepreading_set(r->hep, &limits->hep);
	set_ports(r, limits);
	r->no_memory += !messages_set(&r->messages, &limits->message);
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
		messages_logged(&r->messages, &record);
		return;
	}
	event.kind = EVENT_LOGGED;
	event.flow = 0;
	event.logged = (struct event_logged){ record.from, record.to, octets };
	teller_event(&r->teller, &event);
}

/* Nothing of what it carried is kept. */
static bool
is_unwanted(struct reader *r, const struct glance *glance)
{
	if (!sipports_are_unwanted(&r->ports, glance) ||
	    sightings_begins(r->sightings, glance_payload(glance)))
		return false;
	sipports_count(&r->ports, glance->from_port, glance->to_port);
	return true;
}

bool
reader_packet(struct reader *r, const struct packet *packet)
{
	struct glance glance;
	const bool glanced = glance_udp(packet, &glance);

	r->packets++;
	if (glanced && is_unwanted(r, &glance))
		return false;
	teller_move(&r->teller, packet->now, packet->wall);
	r->teller.packet = packet->number;
	r->teller.unstamped = packet->unstamped || packet->zoneless;
	r->teller.task = EVENT_BY_PACKET;
	if (glanced)
		decode_glanced(r->decode, packet, &glance);
	else if (packet->datalink == SERVERTRACE_DATALINK)
		read_log(r, packet->octets);
	else
		decode_input(r->decode, packet);
	return true;
}

void
reader_segment(struct reader *r, const struct tcpreasm_segment *segment)
{
	teller_move(&r->teller, segment->now, segment->wall);
	r->teller.task = EVENT_BY_PACKET;
	tcpreasm_input(r->tcp, segment);
}

void
reader_chunk(struct reader *r, const struct event_segment *segment, nstime now,
    nstime wall)
{
	struct origin origin;

	teller_move(&r->teller, now, wall);
	r->teller.task = EVENT_BY_PACKET;
	associations_input(r->associations, segment, now, &origin);
}

static bool
place(struct reader *r, struct origin *origin, struct tcpreasm_event *e)
{
	if (!tcpreasm_place(r->tcp, &origin->from, &origin->to,
		(uint32_t)origin->flow_end, e))
		return false;
	origin->flow = e->connection;
	origin->flow_end = e->offset;
	origin->to_server = e->direction == TCPREASM_TO_SERVER;
	return true;
}

bool
reader_place(struct reader *r, bool sctp, struct origin *origin)
{
	struct tcpreasm_event e;

	return sctp ? associations_place(r->associations, origin)
		    : place(r, origin, &e);
}

bool
reader_message(
    struct reader *r, bool sctp, bool is_request, struct origin *origin)
{
	struct tcpreasm_event e;

	if (sctp)
		return associations_place(r->associations, origin);
	if (!place(r, origin, &e))
		return false;
	streams_carried(r->streams, &e);
	if (is_request &&
	    tcpreasm_await(r->tcp, e.connection, e.direction, e.offset))
		on_flow(r, &e);
	return true;
}

void
reader_save(const struct reader *r, nstime since, struct record *record)
{
	streams_save(r->tcp, since, record);
}

uint64_t
reader_load(struct reader *r, struct cursor *from)
{
	uint64_t number = 0;

	streams_load(r->streams, r->tcp, from, &number);
	return number;
}

/*
 * Nothing is judged by its absence in a hole of the capture: that waits until
 * the packets behind it were seen, and transactions were judged by them.
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

void
reader_hep(struct reader *r, struct slice packet, const struct address *agent,
    nstime now, nstime wall)
{
	teller_move(&r->teller, now, wall);
	r->teller.task = EVENT_BY_PACKET;
	r->teller.unstamped = false;
	r->packets++;
	transports_hep(r, packet, agent);
}

/* Segments may complete when others are given up, so TCP goes first. */
void
reader_tick(struct reader *r, nstime now, nstime wall)
{
	const struct context context = context_of(r);

	teller_move(&r->teller, now, wall);
	decode_tick(r->decode, now);
	if (after_hole(r, now) != now)
		return;
	r->teller.task = EVENT_BY_TCP_TIMER;
	tcpreasm_tick(r->tcp, now);
	r->teller.task = EVENT_BY_ATTEMPT_TIMER;
	streams_tick_attempts(r->streams, &context, now, wall);
	r->teller.task = EVENT_BY_EXCHANGE_TIMER;
	streams_tick_exchanges(r->streams, &context, now, wall);
}

nstime
reader_next_deadline(const struct reader *r)
{
	const nstime deadlines[] = {
		decode_next_deadline(r->decode),
		after_hole(r, tcpreasm_next_deadline(r->tcp)),
		after_hole(r, streams_next_deadline(r->streams)),
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

	teller_move(&r->teller, now, wall);
	r->teller.task = EVENT_BY_END;
	tcpreasm_flush(r->tcp, now);
	streams_finish(r->streams, &context, now);
	if (after_hole(r, now) == now)
		return;
	streams_tick_attempts(r->streams, &context, now, wall);
	streams_tick_exchanges(r->streams, &context, now, wall);
}

void
reader_rebase(struct reader *r, nstime now, nstime wall)
{
	struct tcpreasm *fresh = tcpreasm_new(&r->limits.tcp, on_stream, r);

	teller_move(&r->teller, now, wall);
	r->teller.task = EVENT_BY_END;
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
		.messages = r->messages.count,
		.signalling = r->messages.count + r->segments,
		.recovered = message_recovered(r->messages.parser),
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
	return &r->ports.unlisted;
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
	obstacles->port = r->ports.busiest;
}

void
reader_stats(const struct reader *r, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "reader.unquoted", r->unquoted);
	output(arg, COUNTER_OTHER, "reader.other_port", r->ports.other);
	output(arg, COUNTER_LIMIT, "reader.no_memory", r->no_memory);
	decode_stats(r->decode, output, arg);
	tcpreasm_stats(r->tcp, output, arg);
	associations_stats(r->associations, output, arg);
	streams_stats(r->streams, output, arg);
	sightings_stats(r->sightings, output, arg);
	message_stats(r->messages.parser, output, arg);
	serverlog_stats(r->log, output, arg);
	hepreading_stats(r->hep, output, arg);
	hepflow_stats(r->hepflow, output, arg);
}
