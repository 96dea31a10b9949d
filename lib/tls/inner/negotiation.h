/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NEGOTIATION_H
#define NEGOTIATION_H

#include "base/tokenbucket.h"
#include "tls/inner/flight.h"
#include "tls/inner/protection.h"
#include "tls/secrets.h"

/*
 * The parameters that one handshake agreed upon, and the secrets derived from
 * it.  A ClientHello begins anew.
 */

/* Shared by all connections that are decrypted. */
struct negotiation_shared {
	struct secrets *secrets;
	struct handshake_budget budget;
	struct tokenbucket private_keys; /* how often they may be used */
	uint64_t private_key_rate;       /* they were not, for that */
};

/* One connection's.  Embedded, zeroed at first. */
struct negotiation {
	struct flight flights[2]; /* the client's, the server's */
	bool client_hello, server_hello;
	bool certificate, server_done; /* the server sent them */
	bool exchanged;                /* .. and the client its key */
	bool extended, encrypt_then_mac, compressed, early_data;
	bool foreign_key; /* no private key fits the certificate */
	bool refused_key; /* one fits, and decrypted nothing */
	uint16_t offered; /* the client's highest version */
	uint16_t version; /* 0: not known yet */
	uint16_t cipher;
	const struct suite *suite; /* NULL: not known, or none of ours */
	const struct privatekey *key;
	uint8_t client_random[KEYSCHEDULE_RANDOM];
	uint8_t server_random[KEYSCHEDULE_RANDOM];
	struct siphash_wide session_id;     /* the server's */
	struct siphash_wide offered_ticket; /* the client's */
	struct siphash_wide ticket;         /* a new one, of the server */
	size_t hello_octets;                /* of the client's flight */
	struct keyschedule_secret premaster, master;
	uint8_t transcript[KEYSCHEDULE_SECRET]; /* extended: its hash */
	size_t transcript_len;
};

void negotiation_done(struct negotiation *n, struct negotiation_shared *shared);

/* Octets of a direction's handshake are missing. */
void negotiation_lost(
    struct negotiation *n, struct negotiation_shared *shared, bool server);

/*
 * A record of type handshake, in clear or decrypted.  negotiation_next()
 * returns the messages that end in it, each after it was taken in.
 */
void negotiation_input(struct negotiation *n, struct negotiation_shared *shared,
    bool server, struct slice octets);
bool negotiation_next(struct negotiation *n, struct negotiation_shared *shared,
    bool server, nstime now, struct flight_message *message);

bool negotiation_is_tls13(const struct negotiation *n);

/* TLS up to 1.2: the master secret.  False: not known (yet). */
bool negotiation_master(
    struct negotiation *n, struct negotiation_shared *shared);

/* Counters, named after `decrypt'. */
void negotiation_stats(
    const struct negotiation_shared *shared, counter_output *output, void *arg);

/* Was an earlier session resumed?  TLS up to 1.2, once the server encrypts. */
bool negotiation_resumed(const struct negotiation *n);

#endif
