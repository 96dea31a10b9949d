/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/clocks.h"

#include <stdlib.h>

#include "clock/agreement.h"
#include "pipeline/inner/opening.h"
#include "sip/msdiag.h"
#include "sip/ntlm.h"
#include "sip/sipdate.h"
#include "witness/kerberos.h"
#include "witness/ntp.h"
#include "witness/smb.h"

_Static_assert((size_t)OPENING_OCTETS >= (size_t)KERBEROS_STREAM &&
	(size_t)OPENING_OCTETS >= (size_t)SMB_STREAM,
    "what they read is kept");

struct clocks {
	struct clocks_limits limits;
	observation_output *output;
	void *arg;
	struct agreement *agreement;
	struct sipdate_stats dates;
	struct openings openings;
};

struct clocks *
clocks_new(
    const struct clocks_limits *limits, observation_output *output, void *arg)
{
	struct clocks *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->limits = *limits;
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
	c->limits = *limits;
	agreement_set(c->agreement, limits->tellers);
}

static bool
is_heard(const struct clocks *c, enum witness witness)
{
	return (c->limits.muted >> witness & 1) == 0;
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

static void
read_refusal(struct clocks *c, const struct clocks_message *in)
{
	struct msdiag diag = { .id = 0 };
	const struct sip_message *m;
	struct sip_message full;

	if (!msdiag_find(in->octets, &diag) && in->message->status != 403)
		return;
	m = crosscheck_message(
	    in->crosscheck, in->octets, in->message, in->origin->now, &full);
	c->output(c->arg,
	    &(struct observation){
	        .kind = OBSERVATION_REFUSED,
	        .now = in->origin->now,
	        .wall = in->origin->wall,
	        .refused = {
	            .status = m->status,
	            .phrase = m->reason,
	            .diagnostic = diag.id,
	            .diagnostics = diag.whole,
	            .reason = diag.reason,
	            .source = diag.source,
	            .call_id = m->call_id,
	            .server = in->origin->from,
	            .client = in->origin->to,
	            .now = in->origin->now,
	            .wall = in->origin->wall,
	        },
	    });
}

void
clocks_message(struct clocks *c, const struct clocks_message *in)
{
	const enum txntable_match match = in->input.match;

	if (match != TXNTABLE_NEW && match != TXNTABLE_RESPONSE)
		return;
	if (!in->input.date_relayed)
		read_date(c, in);
	if (match != TXNTABLE_RESPONSE || in->message->status < 400)
		return;
	if (!in->input.date_relayed)
		read_challenge(c, in);
	read_refusal(c, in);
}

bool
clocks_udp_port(const struct clocks *c, uint16_t port)
{
	return (port == NTP_PORT && is_heard(c, WITNESS_NTP)) ||
	    (port == KERBEROS_PORT && is_heard(c, WITNESS_KERBEROS));
}

bool
clocks_tcp_port(const struct clocks *c, uint16_t port)
{
	return (port == KERBEROS_PORT && is_heard(c, WITNESS_KERBEROS)) ||
	    ((port == SMB_PORT || port == SMB_ON_NETBIOS_PORT) &&
		is_heard(c, WITNESS_SMB));
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

static void
read_ntp(struct clocks *c, const struct decode_event *e)
{
	const struct endpoint client = client_of(&e->from.address);
	struct ntp ntp;
	struct stamp stamp = {
		.peer = e->from.address,
		.witness = WITNESS_NTP,
		.attribution = STAMP_HOST,
		.resolution = NTP_RESOLUTION,
		.wall = e->packet->wall,
		.now = e->packet->now,
	};

	if (!is_heard(c, WITNESS_NTP) || !ntp_parse(e->udp.payload, &ntp))
		return;
	if (ntp.serves)
		c->output(c->arg,
		    &(struct observation){
			.kind = OBSERVATION_SERVES_TIME,
			.now = stamp.now,
			.wall = stamp.wall,
			.a = e->to,
			.b = e->from,
		    });
	if (!ntp.has_time || !ntp.synchronised)
		return;
	stamp.told = ntp.time;
	if (!ntp.from_client ||
	    is_learnt(c, &client, AGREEMENT_NTP_CLIENT, &stamp))
		tell_stamp(c, &stamp);
}

/* What a KDC, or a service, sent to a client. */
struct krb_answer {
	const struct endpoint *server, *client;
	nstime now, wall;
};

static void
tell_success(struct clocks *c, const struct krb_answer *from)
{
	c->output(c->arg,
	    &(struct observation){
		.kind = OBSERVATION_KRB_SUCCESS,
		.now = from->now,
		.wall = from->wall,
		.a = *from->client,
		.b = *from->server,
	    });
}

static void
tell_refused(
    struct clocks *c, const struct krb_answer *from, const struct kerberos *k)
{
	c->output(c->arg,
	    &(struct observation){
	        .kind = OBSERVATION_KRB_REFUSED,
	        .now = from->now,
	        .wall = from->wall,
	        .krb_refused = {
	            .error = k->error,
	            .server = *from->server,
	            .client = *from->client,
	            .realm = k->realm,
	            .server_time = k->server_time,
	            .has_client_time = k->has_client_time,
	            .client_time = k->client_time,
	            .now = from->now,
	            .wall = from->wall,
	        },
	    });
}

static void
tell_krb_error(
    struct clocks *c, const struct krb_answer *from, const struct kerberos *k)
{
	struct stamp stamp = {
		.peer = from->server->address,
		.witness = WITNESS_KERBEROS,
		.attribution = STAMP_HOST,
		.told = k->server_time,
		.resolution = k->server_resolution,
		.wall = from->wall,
		.now = from->now,
	};

	tell_stamp(c, &stamp);
	if (k->has_client_time) {
		stamp.peer = from->client->address;
		stamp.told = k->client_time;
		stamp.resolution = NSTIME_MS;
		tell_stamp(c, &stamp);
	}
	if (k->error == KERBEROS_ERR_SKEW)
		tell_refused(c, from, k);
}

static void
on_kerberos(struct clocks *c, enum kerberos_verdict verdict,
    const struct kerberos *k, const struct krb_answer *from)
{
	if (verdict == KERBEROS_ERROR)
		tell_krb_error(c, from, k);
	else if (verdict == KERBEROS_SUCCESS)
		tell_success(c, from);
}

void
clocks_datagram(struct clocks *c, const struct decode_event *e)
{
	const struct krb_answer from = {
		.server = &e->from,
		.client = &e->to,
		.now = e->packet->now,
		.wall = e->packet->wall,
	};
	struct kerberos k;

	if (e->from.port == KERBEROS_PORT && is_heard(c, WITNESS_KERBEROS))
		on_kerberos(c, kerberos_parse(e->udp.payload, &k), &k, &from);
	else if (e->from.port == NTP_PORT || e->to.port == NTP_PORT)
		read_ntp(c, e);
}

static void
tell_smb(
    struct clocks *c, const struct tcpreasm_event *e, const struct smb *smb)
{
	tell_stamp(c,
	    &(struct stamp){
		.peer = e->server.address,
		.witness = WITNESS_SMB,
		.attribution = STAMP_HOST,
		.told = smb->time,
		.resolution = SMB_RESOLUTION,
		.wall = e->wall,
		.now = e->now,
		.tells_zone = smb->has_zone,
		.zone = smb->zone,
	    });
}

/* True: come back with more octets. */
static bool
read_first(struct clocks *c, const struct tcpreasm_event *e, struct slice first)
{
	const struct krb_answer from = {
		.server = &e->server,
		.client = &e->client,
		.now = e->now,
		.wall = e->wall,
	};
	struct kerberos k;
	struct smb smb;

	if (e->server.port == KERBEROS_PORT) {
		const enum kerberos_verdict v = kerberos_stream(first, &k);

		on_kerberos(c, v, &k, &from);
		return v == KERBEROS_PARTIAL;
	}
	switch (smb_stream(first, &smb)) {
	case SMB_NEGOTIATED:
		tell_smb(c, e, &smb);
		break;
	case SMB_PARTIAL:
		return true;
	case SMB_FOREIGN:
		break;
	}
	return false;
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
