/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/sightings.h"

#include <stdlib.h>

#include "base/textbuf.h"
#include "pipeline/inner/earshot.h"
#include "pipeline/inner/opening.h"
#include "tls/hellostamp.h"
#include "witness/rtcpjson.h"

_Static_assert((size_t)OPENING_OCTETS >= (size_t)WITNESS_STREAM,
    "what witnesses read is kept");

struct sightings {
	unsigned muted;
	event_output *output;
	void *arg;
	struct openings openings;
	struct earshot earshot;
	uint64_t foreign;
};

static bool
is_heard(const struct sightings *s, enum witness witness)
{
	return (s->muted >> witness & 1) == 0;
}

static void
mute(struct sightings *s, unsigned muted)
{
	s->muted = muted;
	earshot_set(&s->earshot, muted);
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

static void
tell_stamp(struct sightings *s, uint64_t flow, const struct event_stamp *stamp)
{
	s->output(s->arg,
	    &(struct event){
		.kind = EVENT_STAMP,
		.flow = flow,
		.stamp = *stamp,
	    });
}

bool
sightings_udp_port(const struct sightings *s, uint16_t port)
{
	return earshot_has(&s->earshot.udp, port);
}

void
sightings_add_udp_ports(const struct sightings *s, struct portset *ports)
{
	portset_join(ports, &s->earshot.udp.set);
}

bool
sightings_tcp_port(const struct sightings *s, uint16_t port)
{
	return earshot_has(&s->earshot.tcp, port);
}

bool
sightings_begins(const struct sightings *s, struct slice payload)
{
	enum witness witness;

	return earshot_anywhere(&s->earshot, payload, &witness);
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

static bool
is_part_of_word(uint8_t octet)
{
	return (octet >= '0' && octet <= '9') ||
	    (slice_lower(octet) >= 'a' && slice_lower(octet) <= 'z') ||
	    octet == '.' || octet == ':';
}

/* Does a name have the address in it, as in "sip:alice@192.0.2.1"? */
static bool
names_address(struct slice name, const struct address *address)
{
	char store[64];
	struct textbuf t;
	size_t at, end;

	textbuf_init(&t, store, sizeof(store));
	endpoint_address_write(&t, address);
	at = slice_find(name, store);
	end = at + textbuf_slice(&t).len;
	return at < name.len &&
	    (at == 0 || name.p[at - 1] == ':' ||
		!is_part_of_word(name.p[at - 1])) &&
	    (end == name.len || !is_part_of_word(name.p[end]));
}

/* It is the same in every reader, so its key is not secret. */
static uint64_t
hash_of(const struct witness_speaker *speaker)
{
	static const struct siphash_key key = { 0, 0 };

	return siphash(&key, speaker->name) + speaker->number;
}

static struct event_speaker
speaker_of(
    const struct sightings_reading *from, const struct witness_speaker *speaker)
{
	return (struct event_speaker){
		.known = true,
		.claim = {
			.name = hash_of(speaker),
			.number = speaker->number,
			.own = names_address(
			    speaker->name, &from->sender->address),
			.source = from->sender->address,
			.now = from->now,
		},
		.sent = speaker->sent,
		.answers = speaker->answers,
		.other = speaker->other,
		.quoted = speaker->quoted,
		.delay = speaker->delay,
	};
}

/* False: it was not told. */
static bool
stamp_of(const struct sightings_reading *from, const struct witness_reading *r,
    const struct witness_time *time, struct event_stamp *stamp)
{
	const bool own = time == &r->sender;

	if (time->resolution <= 0)
		return false;
	*stamp = (struct event_stamp){
		.stamp = {
			.peer = own ? from->sender->address
				    : from->receiver->address,
			.witness = from->witness,
			.attribution = r->behind ? STAMP_VIA : STAMP_HOST,
			.told = time->time,
			.resolution = time->resolution,
			.wall = from->wall,
			.now = from->now,
			.served = own && r->serves,
			.tells_zone = own && r->has_zone,
			.zone = own ? r->zone : 0,
		},
		.learn = r->unproven,
		.teller = { client_of(own ? &from->sender->address
					  : &from->receiver->address),
		    from->witness,
		    hash_of(&r->speaker) },
	};

	if (r->speaker.passed_on)
		stamp->speaker = speaker_of(from, &r->speaker);
	return true;
}

static void
tell_time(struct sightings *s, const struct sightings_reading *from,
    const struct witness_reading *r, const struct witness_time *time)
{
	struct event_stamp stamp;

	if (stamp_of(from, r, time, &stamp))
		tell_stamp(s, from->flow, &stamp);
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

	if (!earshot_find(
		&s->earshot.udp, e->from.port, e->to.port, &from.witness) &&
	    !earshot_anywhere(&s->earshot, e->udp.payload, &from.witness))
		return;
	if (witness_row(from.witness)->udp.read(e->udp.payload, &reading) ==
	    WITNESS_TOLD)
		tell_reading(s, &from, &reading);
	else
		s->foreign++;
}

bool
sightings_report(struct sightings *s, const struct hepmsg *hep, nstime now,
    nstime wall, struct event_stamp *stamp)
{
	const struct sightings_reading from = {
		.witness = WITNESS_RTCP,
		.sender = &hep->from,
		.receiver = &hep->to,
		.now = now,
		.wall = wall,
	};
	char name[RTCPJSON_NAME];
	struct witness_reading reading;

	if (!is_heard(s, WITNESS_RTCP))
		return false;
	if (rtcpjson_read(hep->payload, wall, name, &reading) == WITNESS_TOLD)
		return stamp_of(&from, &reading, &reading.sender, stamp);
	s->foreign++;
	return false;
}

/* True: come back with more octets. */
static bool
read_first(struct sightings *s, const struct tcpreasm_event *e,
    enum witness witness, struct slice first)
{
	const bool by_client = e->direction == TCPREASM_TO_SERVER;
	const struct sightings_reading from = {
		.witness = witness,
		.flow = e->connection,
		.sender = by_client ? &e->client : &e->server,
		.receiver = by_client ? &e->server : &e->client,
		.now = e->now,
		.wall = e->wall,
	};
	struct witness_reading reading;
	enum witness_answer answer;

	answer = witness_row(from.witness)->tcp.read(first, &reading);
	if (answer == WITNESS_TOLD)
		tell_reading(s, &from, &reading);
	s->foreign += answer == WITNESS_FOREIGN;
	return answer == WITNESS_PARTIAL;
}

/* What one side sent first, as far as it has come. */
static void
read_opening(struct sightings *s, const struct tcpreasm_event *e,
    enum witness witness, void **slot)
{
	struct slice first;

	if (e->fact == TCPREASM_GAP)
		opening_end(&s->openings, slot);
	if (e->fact != TCPREASM_DATA)
		return;
	first = opening_input(slot, e->octets);
	if (read_first(s, e, witness, first))
		opening_keep(&s->openings, slot, first);
	else
		opening_end(&s->openings, slot);
}

void
sightings_stream(
    struct sightings *s, const struct tcpreasm_event *e, void **slots)
{
	const bool to_client = e->direction == TCPREASM_TO_CLIENT;
	const uint16_t server = e->server.port, client = e->client.port;
	enum witness witness;

	if (e->fact == TCPREASM_FORGOTTEN) {
		opening_forget(&s->openings, &slots[TCPREASM_TO_SERVER]);
		opening_forget(&s->openings, &slots[TCPREASM_TO_CLIENT]);
	} else if (!opening_is_over(&slots[e->direction]) &&
	    earshot_find(&s->earshot.tcp, to_client ? server : client,
		to_client ? client : server, &witness))
		read_opening(s, e, witness, &slots[e->direction]);
}

void
sightings_upgrade(
    struct sightings *s, const struct tcpreasm_event *e, void **slot)
{
	const bool begins = e->fact == TCPREASM_DATA && *slot == NULL;

	if (e->fact == TCPREASM_FORGOTTEN)
		opening_forget(&s->openings, slot);
	else if (e->direction != TCPREASM_TO_CLIENT || opening_is_over(slot))
		return;
	else if (!is_heard(s, WITNESS_HTTP) ||
	    (begins && !slice_starts_with(e->octets, "H")))
		opening_end(&s->openings, slot); /* SIP, as nearly always */
	else
		read_opening(s, e, WITNESS_HTTP, slot);
}

/* The seconds in a hello, which are yet to be learnt to be a clock's. */
static void
tell_hello(struct sightings *s, uint64_t flow, const struct endpoint *sender,
    bool is_server, struct stamp stamp)
{
	stamp.peer = sender->address;
	stamp.witness = WITNESS_TLS;
	stamp.attribution = STAMP_HOST;
	stamp.resolution = NSTIME_S;
	if (is_heard(s, WITNESS_TLS))
		tell_stamp(s, flow,
		    &(struct event_stamp){
			.stamp = stamp,
			.learn = true,
			.teller = { is_server ? *sender
					      : client_of(&sender->address),
			    WITNESS_TLS, 0 },
		    });
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
	output(arg, COUNTER_OTHER, "sightings.foreign", s->foreign);
	opening_stats(&s->openings, output, arg);
}
