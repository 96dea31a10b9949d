/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/wireobservation.h"

enum { MOST_COUNT = 1 << 30, HEAD = 4096 };

void
wireobservation_stamp(struct wirecodec *c, struct stamp *s)
{
	int64_t zone = s->zone;

	wirecodec_address(c, &s->peer);
	WIRECODEC_FIELD(c, s->witness, WITNESS_KINDS - 1);
	WIRECODEC_FIELD(c, s->attribution, STAMP_AGENT);
	WIRECODEC_FIELD(c, s->agent, UINT32_MAX);
	wirecodec_told(c, &s->told);
	WIRECODEC_FIELD(c, s->resolution, (uint64_t)86400 * 400 * NSTIME_S);
	wirecodec_wall(c, &s->wall);
	wirecodec_now(c, &s->now);
	WIRECODEC_FIELD(c, s->transit, (uint64_t)86400 * NSTIME_S);
	wirecodec_flag(c, &s->learnt);
	wirecodec_flag(c, &s->served);
	wirecodec_flag(c, &s->tells_zone);
	wirecodec_signed(c, &zone);
	if (zone > 26 * 60 || zone < -26 * 60)
		c->in.bad = true;
	s->zone = c->in.bad ? 0 : (int)zone;
}

/* Names are static: what was read is one of ours, or none. */
static void
tls_version(struct wirecodec *c, const char **version)
{
	enum { OLDEST = 0x300, LATEST = 0x304 };
	unsigned number = 0;

	for (unsigned v = OLDEST; c->out != NULL && v <= LATEST; v++)
		if (*version != NULL &&
		    strcmp(*version, tlsflow_version_name((uint16_t)v)) == 0)
			number = v - OLDEST + 1;
	WIRECODEC_FIELD(c, number, LATEST - OLDEST + 1);
	if (c->out == NULL)
		*version = number == 0
		    ? NULL
		    : tlsflow_version_name((uint16_t)(OLDEST + number - 1));
}

static void
limit(struct wirecodec *c, const char **name)
{
	static const char *const names[] = { "memory", "transactions" };
	unsigned number = 0;

	if (c->out != NULL && strcmp(*name, names[1]) == 0)
		number = 1;
	WIRECODEC_FIELD(c, number, 1);
	*name = names[number];
}

static void
failure(struct wirecodec *c, struct connection_failure *f)
{
	unsigned alert = (unsigned)(f->tls_alert + 1);
	bool named = f->tls_alert_name != NULL;

	WIRECODEC_FIELD(c, f->class, CONNECTION_CLASSES - 1);
	wirecodec_endpoint(c, &f->client);
	wirecodec_endpoint(c, &f->server);
	wirecodec_endpoint(c, &f->proxied);
	wirecodec_flag(c, &f->udp);
	WIRECODEC_FIELD(c, f->sequence, UINT32_MAX);
	wirecodec_flag(c, &f->worked);
	wirecodec_flag(c, &f->established);
	WIRECODEC_FIELD(c, f->after, (uint64_t)RECORD_MOST_TIME);
	wirecodec_flag(c, &f->handshake);
	WIRECODEC_FIELD(c, f->requests, MOST_COUNT);
	tls_version(c, &f->tls_version);
	WIRECODEC_FIELD(c, alert, UINT8_MAX + 1);
	wirecodec_flag(c, &named);
	wirecodec_flag(c, &f->alert_from_server);
	wirecodec_now(c, &f->now);
	wirecodec_wall(c, &f->wall);
	if (c->out == NULL) {
		f->tls_alert = (int)alert - 1;
		f->tls_alert_name = named && alert > 0
		    ? tlsflow_alert_name((uint8_t)(alert - 1))
		    : NULL;
	}
}

/* 0 is "wall", not a time. */
static void
began(struct wirecodec *c, struct connection_failure *f)
{
	bool known = f->began != 0;

	wirecodec_flag(c, &known);
	f->began = known ? f->began : f->wall;
	wirecodec_wall(c, &f->began);
	if (!known)
		f->began = 0;
}

static void
success(struct wirecodec *c, struct connection_success *s)
{
	WIRECODEC_FIELD(c, s->stage, CONNECTION_KEPT);
	wirecodec_endpoint(c, &s->client);
	wirecodec_endpoint(c, &s->server);
	wirecodec_now(c, &s->now);
	wirecodec_wall(c, &s->wall);
	wirecodec_flag(c, &s->udp);
}

static void
leg(struct wirecodec *c, struct silence_leg *l)
{
	wirecodec_endpoint(c, &l->client);
	wirecodec_endpoint(c, &l->server);
}

static void
request(struct wirecodec *c, struct silence_request *r)
{
	leg(c, &r->leg);
	if (!c->timeless)
		WIRECODEC_FIELD(c, r->connection, UINT64_MAX);
	WIRECODEC_FIELD(c, r->octets, MOST_COUNT);
	wirecodec_now(c, &r->sent);
	wirecodec_wall(c, &r->sent_wall);
	wirecodec_now(c, &r->now);
	wirecodec_wall(c, &r->wall);
}

static void
certificate(
    struct wirecodec *c, struct certificate_sight *s, struct x509cert *store)
{
	if (c->out != NULL)
		*store = *s->certificate;
	wirecodec_endpoint(c, &s->client);
	wirecodec_endpoint(c, &s->server);
	WIRECODEC_FIELD(c, s->holder, TLSFLOW_SERVER);
	WIRECODEC_FIELD(c, s->depth, 255);
	WIRECODEC_FIELD(c, s->chain, 255);
	wirecodec_chars(c, store->subject, sizeof(store->subject));
	wirecodec_chars(c, store->issuer, sizeof(store->issuer));
	wirecodec_chars(c, store->san, sizeof(store->san));
	wirecodec_told(c, &store->not_before);
	wirecodec_told(c, &store->not_after);
	wirecodec_octets(c, store->sha256, sizeof(store->sha256));
	wirecodec_octets(c, store->serial, sizeof(store->serial));
	WIRECODEC_FIELD(c, store->serial_len, sizeof(store->serial));
	wirecodec_now(c, &s->now);
	wirecodec_wall(c, &s->wall);
	s->certificate = store;
}

static void
refused(struct wirecodec *c, struct stale_response *r)
{
	WIRECODEC_FIELD(c, r->status, 699);
	wirecodec_text(c, &r->phrase, WIRE_TEXT);
	WIRECODEC_FIELD(c, r->diagnostic, UINT32_MAX);
	wirecodec_text(c, &r->diagnostics, WIRE_TEXT);
	wirecodec_text(c, &r->hresult, WIRE_TEXT);
	wirecodec_text(c, &r->protocol, WIRE_TEXT);
	WIRECODEC_FIELD(c, r->cause, UINT32_MAX);
	wirecodec_text(c, &r->reason, WIRE_TEXT);
	wirecodec_text(c, &r->source, WIRE_TEXT);
	wirecodec_text(c, &r->call_id, WIRE_TEXT);
	wirecodec_endpoint(c, &r->server);
	wirecodec_endpoint(c, &r->client);
	wirecodec_now(c, &r->now);
	wirecodec_wall(c, &r->wall);
}

static void
krb_refused(struct wirecodec *c, struct stale_refusal *r)
{
	int64_t error = r->error;

	wirecodec_signed(c, &error);
	r->error = (int32_t)error;
	wirecodec_endpoint(c, &r->server);
	wirecodec_endpoint(c, &r->client);
	wirecodec_text(c, &r->realm, WIRE_TEXT);
	wirecodec_told(c, &r->server_time);
	wirecodec_flag(c, &r->has_client_time);
	wirecodec_told(c, &r->client_time);
	wirecodec_now(c, &r->now);
	wirecodec_wall(c, &r->wall);
}

static void
refused_media(struct wirecodec *c, struct media_refusal *r)
{
	WIRECODEC_FIELD(c, r->status, 699);
	wirecodec_text(c, &r->phrase, WIRE_TEXT);
	wirecodec_text(c, &r->head, HEAD);
	WIRECODEC_FIELD(c, r->diagnostic, UINT32_MAX);
	wirecodec_text(c, &r->reason, WIRE_TEXT);
	wirecodec_text(c, &r->call_id, WIRE_TEXT);
	wirecodec_text(c, &r->from, WIRE_TEXT);
	wirecodec_text(c, &r->to, WIRE_TEXT);
	wirecodec_now(c, &r->now);
	wirecodec_wall(c, &r->wall);
}

static void
media(struct wirecodec *c, struct media_offer *m)
{
	wirecodec_flag(c, &m->is_answer);
	wirecodec_text(c, &m->call_id, WIRE_TEXT);
	wirecodec_text(c, &m->from, WIRE_TEXT);
	wirecodec_text(c, &m->to, WIRE_TEXT);
	WIRECODEC_FIELD(c, m->level, MEDIASEC_REQUIRED);
}

static void
mras(struct wirecodec *c, struct mrasfailure_answer *m)
{
	WIRECODEC_FIELD(c, m->status, 699);
	wirecodec_text(c, &m->phrase, WIRE_TEXT);
	wirecodec_flag(c, &m->granted);
	wirecodec_text(c, &m->call_id, WIRE_TEXT);
	wirecodec_endpoint(c, &m->server);
	wirecodec_endpoint(c, &m->client);
	wirecodec_now(c, &m->now);
	wirecodec_wall(c, &m->wall);
}

bool
wireobservation_travels(enum observation_kind kind)
{
	return kind != OBSERVATION_TRANSACTION && kind != OBSERVATION_GAP &&
	    kind < OBSERVATION_KINDS;
}

static void
fields(struct wirecodec *c, struct observation *o, struct x509cert *store)
{
	switch (o->kind) {
	case OBSERVATION_CLOCK:
		wireobservation_stamp(c, &o->stamp);
		break;
	case OBSERVATION_FAILED:
		failure(c, &o->failure);
		began(c, &o->failure);
		break;
	case OBSERVATION_WORKED:
		success(c, &o->success);
		break;
	case OBSERVATION_ANSWERED:
	case OBSERVATION_UNSEEN:
	case OBSERVATION_DOUBTED:
		leg(c, &o->leg);
		break;
	case OBSERVATION_UNANSWERED:
		request(c, &o->request);
		break;
	case OBSERVATION_CERTIFICATE:
		certificate(c, &o->certificate, store);
		break;
	case OBSERVATION_REFUSED:
		refused(c, &o->refused);
		break;
	case OBSERVATION_KRB_REFUSED:
		krb_refused(c, &o->krb_refused);
		break;
	case OBSERVATION_MEDIA:
		media(c, &o->media);
		break;
	case OBSERVATION_MEDIA_REFUSED:
		refused_media(c, &o->media_refused);
		break;
	case OBSERVATION_MRAS:
		mras(c, &o->mras);
		break;
	case OBSERVATION_AGENT:
		wirecodec_endpoint(c, &o->a);
		WIRECODEC_FIELD(c, o->agent.number, UINT32_MAX);
		wirecodec_flag(c, &o->agent.lost);
		break;
	case OBSERVATION_LIMITED:
		limit(c, &o->limit);
		break;
	case OBSERVATION_STIR:
		WIRECODEC_FIELD(c, o->status, 699);
		break;
	default:
		wirecodec_endpoint(c, &o->a);
		wirecodec_endpoint(c, &o->b);
		WIRECODEC_FIELD(c, o->unread, DECRYPT_REASONS - 1);
	}
}

void
wireobservation_fields(
    struct wirecodec *c, struct observation *o, struct x509cert *store)
{
	WIRECODEC_FIELD(c, o->kind, OBSERVATION_KINDS - 1);
	if (!wireobservation_travels(o->kind)) {
		c->in.bad = true;
		return;
	}
	wirecodec_now(c, &o->now);
	wirecodec_wall(c, &o->wall);
	fields(c, o, store);
}
