/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/sightings.h"

#include <stdlib.h>

#include "pipeline/inner/opening.h"
#include "tls/hellostamp.h"

_Static_assert((size_t)OPENING_OCTETS >= (size_t)WITNESS_STREAM,
    "what witnesses read is kept");

/* The ports on which witnesses are heard. */
struct sightings_ports {
	unsigned count;
	struct {
		uint16_t port;
		enum witness witness;
	} each[WITNESS_KINDS * WITNESS_PORTS];
};

struct sightings {
	unsigned muted;
	event_output *output;
	void *arg;
	struct openings openings;
	struct sightings_ports udp, tcp;
};

static bool
is_heard(const struct sightings *s, enum witness witness)
{
	return (s->muted >> witness & 1) == 0;
}

static void
listen(struct sightings_ports *ports, enum witness witness,
    const struct witness_channel *channel)
{
	for (unsigned i = 0; i < WITNESS_PORTS; i++) {
		if (channel->ports[i] == 0)
			continue;
		ports->each[ports->count].port = channel->ports[i];
		ports->each[ports->count++].witness = witness;
	}
}

static void
mute(struct sightings *s, unsigned muted)
{
	s->muted = muted;
	s->udp.count = s->tcp.count = 0;
	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		const enum witness witness = (enum witness)i;

		if (!is_heard(s, witness))
			continue;
		listen(&s->udp, witness, &witness_row(witness)->udp);
		listen(&s->tcp, witness, &witness_row(witness)->tcp);
	}
}

struct sightings *
sightings_new(unsigned muted, event_output *output, void *arg)
{
	struct sightings *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	mute(s, muted);
	s->output = output;
	s->arg = arg;
	return s;
}

void
sightings_free(struct sightings *s)
{
	free(s);
}

void
sightings_set(struct sightings *s, unsigned muted)
{
	mute(s, muted);
}

static void
tell(struct sightings *s, uint64_t flow, const struct observation *observation)
{
	s->output(s->arg,
	    &(struct event){
		.kind = EVENT_OBSERVED,
		.flow = flow,
		.observation = observation,
	    });
}

/* With a teller: its clock is yet to be learnt. */
static void
tell_stamp(struct sightings *s, uint64_t flow, const struct stamp *stamp,
    const struct agreement_teller *teller)
{
	struct event event = {
		.kind = EVENT_STAMP,
		.flow = flow,
		.stamp = { .stamp = *stamp, .learn = teller != NULL },
	};

	if (teller != NULL)
		event.stamp.teller = *teller;
	s->output(s->arg, &event);
}

static bool
find_port(
    const struct sightings_ports *ports, uint16_t port, enum witness *witness)
{
	for (unsigned i = 0; i < ports->count; i++) {
		if (ports->each[i].port != port)
			continue;
		*witness = ports->each[i].witness;
		return true;
	}
	return false;
}

bool
sightings_udp_port(const struct sightings *s, uint16_t port)
{
	enum witness witness;

	return find_port(&s->udp, port, &witness);
}

void
sightings_add_udp_ports(const struct sightings *s, struct portset *ports)
{
	for (unsigned i = 0; i < s->udp.count; i++)
		portset_add(ports, s->udp.each[i].port);
}

bool
sightings_tcp_port(const struct sightings *s, uint16_t port)
{
	enum witness witness;

	return find_port(&s->tcp, port, &witness);
}

/* Clients' ports change. */
static struct endpoint
client_of(const struct address *address)
{
	return (struct endpoint){ .address = *address };
}

/* The sender and the receiver of the octets that are read. */
struct sightings_reading {
	enum witness witness;
	uint64_t flow; /* 0: a datagram */
	const struct endpoint *sender, *receiver;
	nstime now, wall;
};

static void
tell_time(struct sightings *s, const struct sightings_reading *from,
    const struct witness_reading *r, const struct witness_time *time)
{
	const bool own = time == &r->sender;
	const struct agreement_teller teller = {
		client_of(&from->sender->address), AGREEMENT_NTP_CLIENT
	};
	const struct stamp stamp = {
		.peer = own ? from->sender->address : from->receiver->address,
		.witness = from->witness,
		.attribution = STAMP_HOST,
		.told = time->time,
		.resolution = time->resolution,
		.wall = from->wall,
		.now = from->now,
		.served = own && r->serves,
		.tells_zone = own && r->has_zone,
		.zone = own ? r->zone : 0,
	};

	if (time->resolution > 0)
		tell_stamp(s, from->flow, &stamp, r->unproven ? &teller : NULL);
}

/* Something happened between the server and its client. */
static void
tell_served(struct sightings *s, const struct sightings_reading *from,
    enum observation_kind kind)
{
	tell(s, from->flow,
	    &(struct observation){
		.kind = kind,
		.now = from->now,
		.wall = from->wall,
		.a = *from->receiver,
		.b = *from->sender,
	    });
}

static void
tell_refused(struct sightings *s, const struct sightings_reading *from,
    const struct witness_reading *r)
{
	tell(s, from->flow,
	    &(struct observation){
	        .kind = OBSERVATION_KRB_REFUSED,
	        .now = from->now,
	        .wall = from->wall,
	        .krb_refused = {
	            .error = r->error,
	            .server = *from->sender,
	            .client = *from->receiver,
	            .realm = r->authority,
	            .server_time = r->sender.time,
	            .has_client_time = r->receiver.resolution > 0,
	            .client_time = r->receiver.time,
	            .now = from->now,
	            .wall = from->wall,
	        },
	    });
}

static void
tell_reading(struct sightings *s, const struct sightings_reading *from,
    const struct witness_reading *r)
{
	if (r->asks)
		tell_served(s, from, OBSERVATION_ASKS_TIME);
	if (r->serves)
		tell_served(s, from, OBSERVATION_SERVES_TIME);
	if (r->success)
		tell_served(s, from, OBSERVATION_KRB_SUCCESS);
	tell_time(s, from, r, &r->sender);
	tell_time(s, from, r, &r->receiver);
	if (r->refused)
		tell_refused(s, from, r);
}

/* True where the sender of the datagram may send its clock. */
static bool
find_channel(const struct sightings *s, const struct decode_event *e,
    enum witness *witness)
{
	return find_port(&s->udp, e->from.port, witness) ||
	    (find_port(&s->udp, e->to.port, witness) &&
		witness_row(*witness)->udp.both_ways);
}

void
sightings_datagram(struct sightings *s, const struct decode_event *e)
{
	struct sightings_reading from = {
		.sender = &e->from,
		.receiver = &e->to,
		.now = e->packet->now,
		.wall = e->packet->wall,
	};
	struct witness_reading reading;

	if (find_channel(s, e, &from.witness) &&
	    witness_row(from.witness)->udp.read(e->udp.payload, &reading) ==
		WITNESS_TOLD)
		tell_reading(s, &from, &reading);
}

/* True: come back with more octets. */
static bool
read_first(
    struct sightings *s, const struct tcpreasm_event *e, struct slice first)
{
	struct sightings_reading from = {
		.flow = e->connection,
		.sender = &e->server,
		.receiver = &e->client,
		.now = e->now,
		.wall = e->wall,
	};
	struct witness_reading reading;
	enum witness_answer answer;

	if (!find_port(&s->tcp, e->server.port, &from.witness))
		return false;
	answer = witness_row(from.witness)->tcp.read(first, &reading);
	if (answer == WITNESS_TOLD)
		tell_reading(s, &from, &reading);
	return answer == WITNESS_PARTIAL;
}

void
sightings_stream(
    struct sightings *s, const struct tcpreasm_event *e, void **slot)
{
	struct slice first;

	if (e->fact == TCPREASM_FORGOTTEN) {
		opening_forget(&s->openings, slot);
		return;
	}
	if (e->direction != TCPREASM_TO_CLIENT || opening_is_over(slot))
		return;
	if (e->fact == TCPREASM_GAP)
		opening_end(&s->openings, slot);
	if (e->fact != TCPREASM_DATA)
		return;
	first = opening_input(slot, e->octets);
	if (read_first(s, e, first))
		opening_keep(&s->openings, slot, first);
	else
		opening_end(&s->openings, slot);
}

/* The seconds in a hello, which are yet to be learnt to be a clock's. */
static void
tell_hello(struct sightings *s, uint64_t flow, const struct endpoint *sender,
    bool is_server, struct stamp stamp)
{
	const struct agreement_teller teller = {
		is_server ? *sender : client_of(&sender->address),
		is_server ? AGREEMENT_TLS_SERVER : AGREEMENT_TLS_CLIENT,
	};

	stamp.peer = sender->address;
	stamp.witness = WITNESS_TLS;
	stamp.attribution = STAMP_HOST;
	stamp.resolution = NSTIME_S;
	if (is_heard(s, WITNESS_TLS))
		tell_stamp(s, flow, &stamp, &teller);
}

void
sightings_tls(struct sightings *s, const struct tlsflow_event *e)
{
	const bool server = e->from == TLSFLOW_SERVER;

	tell_hello(s, e->tcp->connection, server ? &e->server : &e->client,
	    server,
	    (struct stamp){
		.told = (nstime)e->told * NSTIME_S,
		.wall = e->wall,
		.now = e->now,
	    });
}

bool
sightings_hello(struct sightings *s, const struct decode_event *e)
{
	struct hellostamp hello;

	if (!hellostamp_read(e->tcp.payload, &hello))
		return false;
	tell_hello(s, 0, &e->from, hello.from_server,
	    (struct stamp){
		.told = (nstime)hello.told * NSTIME_S,
		.wall = e->packet->wall,
		.now = e->packet->now,
	    });
	return true;
}

void
sightings_stats(const struct sightings *s, counter_output *output, void *arg)
{
	opening_stats(&s->openings, output, arg);
}
