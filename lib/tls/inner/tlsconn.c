/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/tlsconn.h"

#include "tls/inner/hello.h"

enum {
	MOST_CERTIFICATES = 10,
	ALERT_OCTETS = 2,
	ALERT_WARNING = 1,
	ALERT_FATAL = 2
};

enum { BOTH_SIDES = 1 << TLSFLOW_CLIENT | 1 << TLSFLOW_SERVER };

struct tlsflow_facts
tlsconn_facts(const struct tlsconn *c)
{
	return (struct tlsflow_facts){
		.client_hello = c->client_hello,
		.server_hello = c->server_hello,
		.sslv2 = c->sslv2,
		.offered = c->offered,
		.version = c->version,
		.cipher = c->cipher,
		.resumed = c->resumed,
		.certificate_asked = c->certificate_asked,
		.established = c->encrypts == BOTH_SIDES,
		.lost = c->lost,
	};
}

void
tlsconn_direct(struct tlsconn_input *in)
{
	const bool to_server = in->tcp->direction == TCPREASM_TO_SERVER;

	in->half = &in->connection->halves[in->tcp->direction];
	in->from = to_server != in->connection->swapped ? TLSFLOW_CLIENT
							: TLSFLOW_SERVER;
}

static void
tell(const struct tlsconn_input *in, enum tlsflow_kind kind,
    struct tlsflow_event e)
{
	const struct tcpreasm_event *tcp = in->tcp;
	const struct tlsflow_facts facts = tlsconn_facts(in->connection);

	e.kind = kind;
	e.tcp = tcp;
	e.client = in->connection->swapped ? tcp->server : tcp->client;
	e.server = in->connection->swapped ? tcp->client : tcp->server;
	e.facts = &facts;
	e.from = in->from;
	e.now = tcp->now;
	e.wall = tcp->wall;
	in->shared->output(in->shared->arg, &e);
}

/* The hellos decide who is client, if TCP could not. */
static void
take_side(struct tlsconn_input *in, enum tlsflow_side side)
{
	struct tlsconn *c = in->connection;

	if (in->from == side || c->halves[0].hello || c->halves[1].hello)
		return;
	c->swapped = !c->swapped;
	if (c->encrypts != 0 && c->encrypts != BOTH_SIDES)
		c->encrypts ^= BOTH_SIDES;
	in->from = side;
}

static void
stamp(struct tlsconn_input *in, const struct hello *hello)
{
	if (hello->time != 0)
		tell(in, TLSFLOW_STAMP,
		    (struct tlsflow_event){ .told = hello->time });
}

static void
client_hello(struct tlsconn_input *in, const struct hello *hello)
{
	struct tlsconn *c = in->connection;

	take_side(in, TLSFLOW_CLIENT);
	if (in->half->hello || in->from != TLSFLOW_CLIENT)
		return;
	in->half->hello = true;
	c->client_hello = true;
	c->offered = hello->version;
	tell(in, TLSFLOW_HELLO, (struct tlsflow_event){ .sni = hello->sni });
	/* A stack that knows TLS 1.3 fills all of the random at random. */
	if (!hello_is_tls13(hello->version))
		stamp(in, hello);
}

static void
server_hello(struct tlsconn_input *in, const struct hello *hello)
{
	struct tlsconn *c = in->connection;

	if (hello->retry) {
		c->retried = true;
		return;
	}
	take_side(in, TLSFLOW_SERVER);
	if (in->half->hello || in->from != TLSFLOW_SERVER)
		return;
	in->half->hello = true;
	c->server_hello = true;
	c->version = hello->version;
	c->cipher = hello->cipher;
	c->resumed = hello->psk;
	tell(in, TLSFLOW_HELLO, (struct tlsflow_event){ .told = 0 });
	if (!hello_is_tls13(hello->version))
		stamp(in, hello);
}

static void
sslv2_hello(struct tlsconn_input *in, uint16_t version)
{
	in->connection->sslv2 = true;
	client_hello(in, &(struct hello){ .version = version });
}

static void
on_hello(struct tlsconn_input *in, struct handshake_message *m)
{
	struct hello hello;
	const bool is_client = m->type == HANDSHAKE_CLIENT_HELLO;

	if (is_client && hello_client(m->body, &hello))
		client_hello(in, &hello);
	else if (!is_client && hello_server(m->body, &hello))
		server_hello(in, &hello);
	else
		in->shared->malformed++;
}

static void
certificate(const struct tlsconn_input *in, struct slice der, unsigned depth,
    unsigned chain)
{
	tell(in, TLSFLOW_CERTIFICATE,
	    (struct tlsflow_event){
		.certificate =
		    certcache_find(in->shared->certificates, der, in->tcp->now),
		.depth = depth,
		.chain = chain,
	    });
}

static void
certificates(const struct tlsconn_input *in, struct slice body)
{
	struct slice list, rest, der;
	unsigned chain = 0;

	/* Once is enough: more would be parsing on somebody's demand. */
	if (in->half->chain)
		return;
	in->half->chain = true;
	if (!handshake_certificates(body, &list)) {
		in->shared->malformed++;
		return;
	}
	rest = list;
	while (chain < MOST_CERTIFICATES &&
	    handshake_next_certificate(&rest, &der))
		chain++;
	if (rest.len > 0)
		in->shared->chains_cut++;
	for (unsigned depth = 0; depth < chain; depth++)
		if (handshake_next_certificate(&list, &der))
			certificate(in, der, depth, chain);
}

static void
on_message(struct tlsconn_input *in, struct handshake_message *m)
{
	struct tlsconn *c = in->connection;

	if (m->whole &&
	    (m->type == HANDSHAKE_CLIENT_HELLO ||
		m->type == HANDSHAKE_SERVER_HELLO))
		on_hello(in, m);
	else if (m->whole && m->type == HANDSHAKE_CERTIFICATE)
		certificates(in, m->body);
	else if (m->type == HANDSHAKE_CERTIFICATE_REQUEST &&
	    in->from == TLSFLOW_SERVER)
		c->certificate_asked = true;
	/* An abbreviated handshake omits these, RFC 5246 7.3. */
	if (in->from == TLSFLOW_SERVER &&
	    (m->type == HANDSHAKE_CERTIFICATE ||
		m->type == HANDSHAKE_SERVER_KEY_EXCHANGE ||
		m->type == HANDSHAKE_SERVER_HELLO_DONE))
		c->full = true;
}

static bool
is_tls13(const struct tlsconn_input *in)
{
	return hello_is_tls13(in->connection->version);
}

static bool
side_encrypts(const struct tlsconn *c, enum tlsflow_side side)
{
	return (c->encrypts & 1U << side) != 0;
}

static void
on_handshake(struct tlsconn_input *in, const struct tlsrecord_part *part)
{
	struct handshake *h = &in->half->handshake;
	struct slice octets = part->body;
	struct handshake_message m;

	if (side_encrypts(in->connection, in->from))
		return;
	if (part->holed)
		handshake_lost(h, &in->shared->budget);
	else if (part->first)
		handshake_record(h, octets);
	while (handshake_next(h, &in->shared->budget, &octets, &m))
		on_message(in, &m);
}

static void
encrypts(struct tlsconn_input *in)
{
	struct tlsconn *c = in->connection;

	if (side_encrypts(c, in->from))
		return;
	c->encrypts |= 1U << in->from;
	handshake_done(&in->half->handshake, &in->shared->budget);
	if (c->encrypts == BOTH_SIDES)
		tell(in, TLSFLOW_ESTABLISHED,
		    (struct tlsflow_event){ .told = 0 });
}

/* Under TLS 1.3 it means nothing (RFC 8446 appendix D.4). */
static void
on_change_cipher_spec(struct tlsconn_input *in)
{
	struct tlsconn *c = in->connection;

	if (is_tls13(in) || c->retried ||
	    (c->version == 0 && c->client_hello && in->from == TLSFLOW_CLIENT &&
		hello_is_tls13(c->offered)))
		return;
	if (in->from == TLSFLOW_SERVER && c->server_hello && !c->full &&
	    !c->lost)
		c->resumed = true;
	encrypts(in);
}

/* Two octets long is what an alert in clear is and an encrypted one never. */
static void
on_alert(struct tlsconn_input *in, const struct tlsrecord_part *part)
{
	uint8_t *alert = in->half->alert;

	if (part->size != ALERT_OCTETS || part->holed || part->body.len == 0)
		return;
	if (!part->first)
		alert[1] = part->body.p[0];
	else
		memcpy(alert, part->body.p, part->body.len);
	if (!part->last ||
	    (alert[0] != ALERT_WARNING && alert[0] != ALERT_FATAL))
		return;
	tell(in, TLSFLOW_ALERT,
	    (struct tlsflow_event){
		.fatal = alert[0] == ALERT_FATAL,
		.alert = alert[1],
	    });
}

/*
 * Under TLS 1.3 handshake messages are encrypted too.  The server's flight ends
 * before the client's begins; the client's may go on until the server has sent
 * something after it.
 */
static bool
may_be_handshake(struct tlsconn_input *in)
{
	struct tlsconn *c = in->connection;

	if (!is_tls13(in))
		return false;
	if (in->from == TLSFLOW_CLIENT) {
		c->client_flight = true;
		return !c->server_after;
	}
	c->server_after = c->client_flight;
	return !c->client_flight;
}

static void
on_application_data(struct tlsconn_input *in, const struct tlsrecord_part *part)
{
	const bool handshake = part->last && may_be_handshake(in);
	const uint64_t here =
	    in->tcp->offset + in->tcp->octets.len - in->rest.len;

	if (!part->last)
		return;
	if (!is_tls13(in) || part->size >= TLSFLOW_FINISHED)
		encrypts(in);
	tell(in, TLSFLOW_RECORD,
	    (struct tlsflow_event){
		.octets = part->size,
		.end = here,
		.may_be_handshake = handshake,
	    });
}

void
tlsconn_part(struct tlsconn_input *in, const struct tlsrecord_part *part)
{
	switch (part->type) {
	case TLSRECORD_SSLV2_HELLO:
		if (part->last)
			sslv2_hello(in, part->version);
		break;
	case TLSRECORD_CHANGE_CIPHER_SPEC:
		if (part->last)
			on_change_cipher_spec(in);
		break;
	case TLSRECORD_ALERT:
		on_alert(in, part);
		break;
	case TLSRECORD_HANDSHAKE:
		on_handshake(in, part);
		break;
	case TLSRECORD_APPLICATION_DATA:
		on_application_data(in, part);
		break;
	case TLSRECORD_HEARTBEAT:
		break;
	}
}

void
tlsconn_end(struct tlsconn_input *in)
{
	if (in->connection->ended)
		return;
	in->connection->ended = true;
	tlsconn_done(in->connection, &in->shared->budget);
	tell(in, TLSFLOW_ENDED, (struct tlsflow_event){ .told = 0 });
}

void
tlsconn_done(struct tlsconn *c, struct handshake_budget *budget)
{
	handshake_lost(&c->halves[0].handshake, budget);
	handshake_lost(&c->halves[1].handshake, budget);
}
