/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/clocks.h"

#include <stdlib.h>

#include "clock/agreement.h"
#include "pipeline/inner/opening.h"
#include "sip/msdiag.h"
#include "sip/ntlm.h"
#include "sip/sipdate.h"
#include "sip/sipreason.h"

_Static_assert((size_t)OPENING_OCTETS >= (size_t)WITNESS_STREAM,
    "what witnesses read is kept");

/* The ports on which witnesses are heard. */
struct clocks_ports {
	unsigned count;
	struct {
		uint16_t port;
		enum witness witness;
	} each[WITNESS_KINDS * WITNESS_PORTS];
};

struct clocks {
	struct clocks_limits limits;
	observation_output *output;
	void *arg;
	struct agreement *agreement;
	struct sipdate_stats dates;
	struct openings openings;
	struct clocks_ports udp, tcp;
};

static bool
is_heard(const struct clocks *c, enum witness witness)
{
	return (c->limits.muted >> witness & 1) == 0;
}

static void
listen(struct clocks_ports *ports, enum witness witness,
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
set_limits(struct clocks *c, const struct clocks_limits *limits)
{
	c->limits = *limits;
	c->udp.count = c->tcp.count = 0;
	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		const enum witness witness = (enum witness)i;

		if (!is_heard(c, witness))
			continue;
		listen(&c->udp, witness, &witness_row(witness)->udp);
		listen(&c->tcp, witness, &witness_row(witness)->tcp);
	}
}

struct clocks *
clocks_new(
    const struct clocks_limits *limits, observation_output *output, void *arg)
{
	struct clocks *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	set_limits(c, limits);
	c->output = output;
	c->arg = arg;
	c->agreement = agreement_new(limits->tellers, &limits->key);
	if (c->agreement != NULL)
		return c;
	free(c);
	return NULL;
}

void
clocks_free(struct clocks *c)
{
	if (c == NULL)
		return;
	agreement_free(c->agreement);
	free(c);
}

void
clocks_set(struct clocks *c, const struct clocks_limits *limits)
{
	set_limits(c, limits);
	agreement_set(c->agreement, limits->tellers);
}

static void
tell_stamp(struct clocks *c, const struct stamp *stamp)
{
	if (is_heard(c, stamp->witness))
		c->output(c->arg,
		    &(struct observation){
			.kind = OBSERVATION_CLOCK,
			.now = stamp->now,
			.wall = stamp->wall,
			.stamp = *stamp,
		    });
}

/* A stamp in a message is the sender's, unless it came from further along. */
static void
tell_from_message(struct clocks *c, const struct clocks_message *in,
    enum witness witness, nstime told, nstime resolution)
{
	const struct sip_message *m = in->message;

	tell_stamp(c,
	    &(struct stamp){
		.peer = in->origin->from.address,
		.witness = witness,
		.attribution =
		    m->is_request && m->vias > 1 ? STAMP_VIA : STAMP_HOST,
		.told = told,
		.resolution = resolution,
		.wall = in->origin->wall,
		.now = in->origin->now,
	    });
}

/*
 * A Date tells the sender's clock when the message is new: a copy is as old
 * as the first, and stored messages keep their date (DOMAIN 2.1).  A request
 * that passed a proxy, or a response whose Date came from further along, is
 * not the word of the host that sent the packet.
 */
static void
read_date(struct clocks *c, const struct clocks_message *in)
{
	const struct sip_message *m = in->message;
	struct sipdate date;
	nstime told;

	if (m->date.len == 0 || slice_is(m->method, "MESSAGE"))
		return;
	if (sipdate_parse(m->date, &date, &c->dates) &&
	    sipdate_wall(&date, &told, &c->dates))
		tell_from_message(c, in, WITNESS_DATE, told, NSTIME_S);
}

static void
read_challenge(struct clocks *c, const struct clocks_message *in)
{
	const unsigned status = in->message->status;
	nstime told;

	if ((status == 401 || status == 407) && is_heard(c, WITNESS_NTLM) &&
	    ntlm_find(in->octets, &told))
		tell_from_message(c, in, WITNESS_NTLM, told, NTLM_RESOLUTION);
}

/* Its Reason, if that is about a 403. */
static bool
find_reason(const struct clocks_message *in, struct sipreason *reason)
{
	struct sipreason_walk walk = { .rest = slice_trim(in->octets) };

	while (in->message->has_reason && sipreason_next(&walk, reason))
		if (reason->cause == 403 &&
		    (slice_is_nocase(reason->protocol, "STIR") ||
			slice_is_nocase(reason->protocol, "SIP")))
			return true;
	return false;
}

static void
tell_refusal(struct clocks *c, const struct stale_response *r)
{
	c->output(c->arg,
	    &(struct observation){
		.kind = OBSERVATION_REFUSED,
		.now = r->now,
		.wall = r->wall,
		.refused = *r,
	    });
}

static void
tell_diagnostic(
    struct clocks *c, struct stale_response r, const struct msdiag *diag)
{
	r.diagnostic = diag->id;
	r.diagnostics = diag->whole;
	msdiag_param(diag, "HRESULT", &r.hresult);
	r.reason = diag->reason;
	r.source = diag->source;
	tell_refusal(c, &r);
}

/* One for each diagnostic in it, one for its Reason; a 403 may have none and
 * still be for the time. */
static void
read_refusal(struct clocks *c, const struct clocks_message *in)
{
	struct slice rest = msdiag_begin(in->octets);
	struct msdiag diag;
	struct sipreason reason;
	const bool refused = in->message->status >= 400;
	const bool has_diagnostic = refused && msdiag_next(&rest, &diag);
	const bool has_reason = find_reason(in, &reason);
	const struct sip_message *m;
	struct sip_message full;
	struct stale_response r;

	if (!has_diagnostic && !has_reason && in->message->status != 403)
		return;
	m = crosscheck_message(
	    in->crosscheck, in->octets, in->message, in->origin->now, &full);
	r = (struct stale_response){
		.status = m->status,
		.phrase = m->reason,
		.call_id = m->call_id,
		.server = in->origin->from,
		.client = in->origin->to,
		.now = in->origin->now,
		.wall = in->origin->wall,
	};
	if (has_reason) {
		r.protocol = reason.protocol;
		r.cause = reason.cause;
		r.reason = reason.text;
	}
	if (has_reason || !has_diagnostic)
		tell_refusal(c, &r);
	else
		tell_diagnostic(c, r, &diag);
	r.phrase = slice_of(NULL, 0);
	r.cause = 0;
	if (has_diagnostic && has_reason)
		tell_diagnostic(c, r, &diag);
	while (has_diagnostic && msdiag_next(&rest, &diag))
		tell_diagnostic(c, r, &diag);
}

void
clocks_message(struct clocks *c, const struct clocks_message *in)
{
	const enum txntable_match match = in->input.match;

	if (match != TXNTABLE_NEW && match != TXNTABLE_RESPONSE)
		return;
	if (!in->input.date_relayed)
		read_date(c, in);
	if (match != TXNTABLE_RESPONSE)
		return;
	if (!in->input.date_relayed && in->message->status >= 400)
		read_challenge(c, in);
	if (in->message->status >= 400 || in->message->has_reason)
		read_refusal(c, in);
}

static bool
find_port(
    const struct clocks_ports *ports, uint16_t port, enum witness *witness)
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
clocks_udp_port(const struct clocks *c, uint16_t port)
{
	enum witness witness;

	return find_port(&c->udp, port, &witness);
}

bool
clocks_tcp_port(const struct clocks *c, uint16_t port)
{
	enum witness witness;

	return find_port(&c->tcp, port, &witness);
}

/* True where the teller is known to tell its clock; *stamp says then what
 * that is worth. */
static bool
is_learnt(struct clocks *c, const struct endpoint *teller,
    enum agreement_kind kind, struct stamp *stamp)
{
	const struct agreement_teller who = { *teller, kind };
	struct agreement_reading reading = {
		.told = stamp->told,
		.resolution = stamp->resolution,
		.wall = stamp->wall,
		.now = stamp->now,
	};

	if (agreement_input(c->agreement, &who, &reading) != AGREEMENT_REAL)
		return false;
	stamp->told = reading.told;
	stamp->resolution = reading.resolution;
	return true;
}

/* Clients' ports change. */
static struct endpoint
client_of(const struct address *address)
{
	return (struct endpoint){ .address = *address };
}

/* Whose octets are read, and for whom they were. */
struct clocks_reading {
	enum witness witness;
	const struct endpoint *sender, *receiver;
	nstime now, wall;
};

static void
tell_time(struct clocks *c, const struct clocks_reading *from,
    const struct witness_reading *r, const struct witness_time *time)
{
	const bool own = time == &r->sender;
	const struct endpoint client = client_of(&from->sender->address);
	struct stamp stamp = {
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

	if (time->resolution > 0 &&
	    (!r->unproven ||
		is_learnt(c, &client, AGREEMENT_NTP_CLIENT, &stamp)))
		tell_stamp(c, &stamp);
}

/* Something happened between the server and its client. */
static void
tell_served(struct clocks *c, const struct clocks_reading *from,
    enum observation_kind kind)
{
	c->output(c->arg,
	    &(struct observation){
		.kind = kind,
		.now = from->now,
		.wall = from->wall,
		.a = *from->receiver,
		.b = *from->sender,
	    });
}

static void
tell_refused(struct clocks *c, const struct clocks_reading *from,
    const struct witness_reading *r)
{
	c->output(c->arg,
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
tell_reading(struct clocks *c, const struct clocks_reading *from,
    const struct witness_reading *r)
{
	if (r->asks)
		tell_served(c, from, OBSERVATION_ASKS_TIME);
	if (r->serves)
		tell_served(c, from, OBSERVATION_SERVES_TIME);
	if (r->success)
		tell_served(c, from, OBSERVATION_KRB_SUCCESS);
	tell_time(c, from, r, &r->sender);
	tell_time(c, from, r, &r->receiver);
	if (r->refused)
		tell_refused(c, from, r);
}

/* True where the sender of the datagram may tell its clock. */
static bool
find_channel(
    const struct clocks *c, const struct decode_event *e, enum witness *witness)
{
	return find_port(&c->udp, e->from.port, witness) ||
	    (find_port(&c->udp, e->to.port, witness) &&
		witness_row(*witness)->udp.both_ways);
}

void
clocks_datagram(struct clocks *c, const struct decode_event *e)
{
	struct clocks_reading from = {
		.sender = &e->from,
		.receiver = &e->to,
		.now = e->packet->now,
		.wall = e->packet->wall,
	};
	struct witness_reading reading;

	if (find_channel(c, e, &from.witness) &&
	    witness_row(from.witness)->udp.read(e->udp.payload, &reading) ==
		WITNESS_TOLD)
		tell_reading(c, &from, &reading);
}

/* True: come back with more octets. */
static bool
read_first(struct clocks *c, const struct tcpreasm_event *e, struct slice first)
{
	struct clocks_reading from = {
		.sender = &e->server,
		.receiver = &e->client,
		.now = e->now,
		.wall = e->wall,
	};
	struct witness_reading reading;
	enum witness_answer answer;

	if (!find_port(&c->tcp, e->server.port, &from.witness))
		return false;
	answer = witness_row(from.witness)->tcp.read(first, &reading);
	if (answer == WITNESS_TOLD)
		tell_reading(c, &from, &reading);
	return answer == WITNESS_PARTIAL;
}

void
clocks_stream(struct clocks *c, const struct tcpreasm_event *e, void **slot)
{
	struct slice first;

	if (e->fact == TCPREASM_FORGOTTEN) {
		opening_forget(&c->openings, slot);
		return;
	}
	if (e->direction != TCPREASM_TO_CLIENT || opening_is_over(slot))
		return;
	if (e->fact == TCPREASM_GAP)
		opening_end(&c->openings, slot);
	if (e->fact != TCPREASM_DATA)
		return;
	first = opening_input(slot, e->octets);
	if (read_first(c, e, first))
		opening_keep(&c->openings, slot, first);
	else
		opening_end(&c->openings, slot);
}

void
clocks_tls(struct clocks *c, const struct tlsflow_event *e)
{
	const bool server = e->from == TLSFLOW_SERVER;
	const struct endpoint teller =
	    server ? e->server : client_of(&e->client.address);
	struct stamp stamp = {
		.peer = teller.address,
		.witness = WITNESS_TLS,
		.attribution = STAMP_HOST,
		.told = (nstime)e->told * NSTIME_S,
		.resolution = NSTIME_S,
		.wall = e->wall,
		.now = e->now,
	};

	if (is_heard(c, WITNESS_TLS) &&
	    is_learnt(c, &teller,
		server ? AGREEMENT_TLS_SERVER : AGREEMENT_TLS_CLIENT, &stamp))
		tell_stamp(c, &stamp);
}

void
clocks_stepped(struct clocks *c, nstime step)
{
	agreement_stepped(c->agreement, step);
}

void
clocks_stats(const struct clocks *c, counter_output *output, void *arg)
{
	opening_stats(&c->openings, output, arg);
	agreement_stats(c->agreement, output, arg);
	sipdate_stats_write(&c->dates, output, arg);
}
