/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/negotiation.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "tls/inner/hello.h"

enum { TLS_1_0 = 0x0301, TLS_1_3 = 0x0304 };

bool
negotiation_is_tls13(const struct negotiation *n)
{
	return n->server_hello && hello_is_tls13(n->version);
}

bool
negotiation_resumed(const struct negotiation *n)
{
	return n->server_hello && !n->certificate && !n->server_done &&
	    !n->exchanged;
}

void
negotiation_done(struct negotiation *n, struct negotiation_shared *shared)
{
	flight_done(&n->flights[0], &shared->budget);
	flight_done(&n->flights[1], &shared->budget);
	OPENSSL_cleanse(n, sizeof(*n));
}

void
negotiation_lost(
    struct negotiation *n, struct negotiation_shared *shared, bool server)
{
	flight_lost(&n->flights[server], &shared->budget);
}

void
negotiation_input(struct negotiation *n, struct negotiation_shared *shared,
    bool server, struct slice octets)
{
	flight_input(&n->flights[server], &shared->budget, octets);
}

/* Everything but the flights begins anew. */
static void
begin(struct negotiation *n)
{
	struct flight flights[2] = { n->flights[0], n->flights[1] };

	OPENSSL_cleanse(n, sizeof(*n));
	n->flights[0] = flights[0];
	n->flights[1] = flights[1];
}

static void
client_hello(
    struct negotiation *n, struct negotiation_shared *shared, struct slice body)
{
	struct hello hello;

	if (!hello_client(body, &hello) ||
	    hello.random.len != sizeof(n->client_random))
		return;
	begin(n);
	n->client_hello = true;
	n->offered = hello.version;
	n->early_data = hello.early_data;
	memcpy(n->client_random, hello.random.p, hello.random.len);
	n->offered_ticket = secrets_id(shared->secrets, hello.ticket);
	n->hello_octets = HANDSHAKE_HEADER_OCTETS + body.len;
	flight_keep(&n->flights[0], secrets_has_keys(shared->secrets));
}

static void
server_hello(
    struct negotiation *n, struct negotiation_shared *shared, struct slice body)
{
	struct hello hello;

	if (!hello_server(body, &hello) || hello.retry ||
	    hello.random.len != sizeof(n->server_random))
		return;
	n->server_hello = true;
	n->version = hello.version;
	n->cipher = hello.cipher;
	n->suite = suite_find(hello.cipher);
	n->extended = hello.extended_master;
	n->encrypt_then_mac = hello.encrypt_then_mac;
	n->compressed = hello.compressed;
	memcpy(n->server_random, hello.random.p, hello.random.len);
	n->session_id = secrets_id(shared->secrets, hello.session_id);
	flight_keep(&n->flights[1],
	    n->flights[0].keep && n->extended && n->suite != NULL &&
		n->suite->exchange == SUITE_RSA);
	if (!n->flights[1].keep)
		flight_keep(&n->flights[0], false);
}

/* Only its own certificate shows which key it is. */
static void
server_certificate(
    struct negotiation *n, struct negotiation_shared *shared, struct slice body)
{
	struct slice list, der;

	n->certificate = true;
	if (!handshake_certificates(body, &list) ||
	    !handshake_next_certificate(&list, &der) ||
	    !secrets_has_keys(shared->secrets))
		return;
	n->key = secrets_key(shared->secrets, der);
	n->foreign_key = n->key == NULL;
}

/* The client's key is taken in now, while its message is there; what the server
 * sent before it may come later (two interfaces, merged). */
static void
client_key_exchange(struct negotiation *n, struct negotiation_shared *shared,
    struct slice body, nstime now)
{
	struct cursor c = cursor_over(body);
	const struct slice encrypted = cursor_take(&c, cursor_u16(&c));

	n->exchanged = true;
	if (c.bad || n->key == NULL || n->suite == NULL ||
	    n->suite->exchange != SUITE_RSA)
		return;
	if (!tokenbucket_take(&shared->private_keys, now)) {
		shared->private_key_rate++;
		return;
	}
	if (privatekey_decrypt(n->key, encrypted, n->premaster.octets))
		n->premaster.len = PRIVATEKEY_PREMASTER;
	else
		n->refused_key = true;
}

/* RFC 7627 section 3: ClientHello up to ClientKeyExchange, in order. */
static void
hash_transcript(struct negotiation *n)
{
	const struct slice client = flight_kept(&n->flights[0]);
	const struct slice server = flight_kept(&n->flights[1]);
	const struct slice hello = slice_first(client, n->hello_octets);
	const struct slice rest = slice_after(client, n->hello_octets);
	const size_t octets = client.len + server.len;
	uint8_t *all;

	if (!n->exchanged || !n->server_done || !n->flights[0].keep ||
	    !n->flights[1].keep)
		return;
	all = malloc(octets);
	if (all != NULL) {
		memcpy(all, hello.p, hello.len);
		memcpy(all + hello.len, server.p, server.len);
		if (rest.len > 0)
			memcpy(all + hello.len + server.len, rest.p, rest.len);
		n->transcript_len = keyschedule_transcript(n->version,
		    n->suite->derivation, slice_of(all, octets), n->transcript);
	}
	free(all);
	flight_keep(&n->flights[0], false);
	flight_keep(&n->flights[1], false);
}

/* RFC 5077 section 3.3: a lifetime, and the ticket. */
static void
new_ticket(
    struct negotiation *n, struct negotiation_shared *shared, struct slice body)
{
	struct cursor c = cursor_over(body);
	struct slice ticket;

	cursor_take(&c, 4);
	ticket = cursor_take(&c, cursor_u16(&c));
	if (c.bad || negotiation_is_tls13(n))
		return;
	n->ticket = secrets_id(shared->secrets, ticket);
	if (n->master.len > 0)
		secrets_remember(shared->secrets, &n->ticket, &n->master);
}

static void
from_server(struct negotiation *n, struct negotiation_shared *shared,
    const struct flight_message *m)
{
	if (m->type == HANDSHAKE_SERVER_HELLO)
		server_hello(n, shared, m->body);
	else if (m->type == HANDSHAKE_CERTIFICATE && !negotiation_is_tls13(n))
		server_certificate(n, shared, m->body);
	else if (m->type == HANDSHAKE_SERVER_HELLO_DONE)
		n->server_done = true;
	else if (m->type == HANDSHAKE_NEW_SESSION_TICKET)
		new_ticket(n, shared, m->body);
}

bool
negotiation_next(struct negotiation *n, struct negotiation_shared *shared,
    bool server, nstime now, struct flight_message *message)
{
	if (!flight_next(&n->flights[server], &shared->budget, message))
		return false;
	if (server)
		from_server(n, shared, message);
	else if (message->type == HANDSHAKE_CLIENT_HELLO)
		client_hello(n, shared, message->body);
	else if (message->type == HANDSHAKE_CLIENT_KEY_EXCHANGE)
		client_key_exchange(n, shared, message->body, now);
	if (message->type == HANDSHAKE_SERVER_HELLO_DONE ||
	    message->type == HANDSHAKE_CLIENT_KEY_EXCHANGE)
		hash_transcript(n);
	return true;
}

static bool
derive_master(struct negotiation *n)
{
	const struct slice premaster =
	    slice_of(n->premaster.octets, n->premaster.len);

	if (n->premaster.len == 0 || (n->extended && n->transcript_len == 0))
		return false;
	if (n->extended)
		return keyschedule_master(n->version, n->suite->derivation,
		    true, premaster, slice_of(n->transcript, n->transcript_len),
		    slice_of(NULL, 0), &n->master);
	return keyschedule_master(n->version, n->suite->derivation, false,
	    premaster, slice_of(n->client_random, sizeof(n->client_random)),
	    slice_of(n->server_random, sizeof(n->server_random)), &n->master);
}

bool
negotiation_master(struct negotiation *n, struct negotiation_shared *shared)
{
	struct secrets *s = shared->secrets;

	if (n->master.len > 0)
		return true;
	if (!n->server_hello || n->suite == NULL)
		return false;
	if (!secrets_find(s,
		slice_of(n->client_random, sizeof(n->client_random)),
		KEYLOG_MASTER, &n->master) &&
	    !derive_master(n) &&
	    !(negotiation_resumed(n) &&
		(secrets_resume(s, &n->session_id, &n->master) ||
		    secrets_resume(s, &n->offered_ticket, &n->master)))) {
		n->master.len = 0;
		return false;
	}
	secrets_remember(s, &n->session_id, &n->master);
	secrets_remember(s, &n->ticket, &n->master);
	return true;
}

void
negotiation_stats(
    const struct negotiation_shared *shared, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "decrypt.private_key_rate",
	    shared->private_key_rate);
	output(arg, COUNTER_LIMIT, "decrypt.message_over_limit",
	    shared->budget.over);
	output(arg, COUNTER_EVENT, "decrypt.message_too_long",
	    shared->budget.too_long);
}
