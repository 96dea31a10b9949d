/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLIGHT_H
#define FLIGHT_H

#include "tls/inner/handshake.h"

/*
 * Handshake messages of one direction, each whole, for decryption: unlike
 * handshake.h it keeps every kind, and where asked to the octets of a whole
 * handshake, which extended master secrets are derived from (RFC 7627).
 */

/* Embedded, zeroed at first; private. */
struct flight {
	struct holding held;
	size_t used;
	size_t told;   /* octets of messages that were reported */
	size_t latest; /* .. of the latest of them */
	bool keep;     /* what was reported, too */
	bool lost;     /* until a record that begins as a message */
};

void flight_done(struct flight *f, struct handshake_budget *budget);

/* Octets are missing: forget all. */
void flight_lost(struct flight *f, struct handshake_budget *budget);

/* A handshake record's content.  False: it is too much. */
bool flight_input(
    struct flight *f, struct handshake_budget *budget, struct slice octets);

/* A whole message, borrowed until the next call of anything here. */
struct flight_message {
	uint8_t type;
	struct slice body;
};

/* False: more octets are needed. */
bool flight_next(struct flight *f, struct handshake_budget *budget,
    struct flight_message *message);

/* Keep what is reported from the latest message on, this included; or no
 * more. */
void flight_keep(struct flight *f, bool keep);

/* Returns the octets kept of the messages reported. */
struct slice flight_kept(const struct flight *f);

#endif
