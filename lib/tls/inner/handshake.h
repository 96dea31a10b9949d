/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HANDSHAKE_H
#define HANDSHAKE_H

#include "base/holding.h"
#include "base/slice.h"

/*
 * Handshake messages (RFC 5246 section 7.4, RFC 8446 section 4) put together
 * from records: many in one, one in many.  Only messages of interest are kept
 * while they are not whole; the others are stepped over.
 */

enum handshake_type {
	HANDSHAKE_HELLO_REQUEST = 0,
	HANDSHAKE_CLIENT_HELLO = 1,
	HANDSHAKE_SERVER_HELLO = 2,
	HANDSHAKE_NEW_SESSION_TICKET = 4,
	HANDSHAKE_CERTIFICATE = 11,
	HANDSHAKE_SERVER_KEY_EXCHANGE = 12,
	HANDSHAKE_CERTIFICATE_REQUEST = 13,
	HANDSHAKE_SERVER_HELLO_DONE = 14,
	HANDSHAKE_CLIENT_KEY_EXCHANGE = 16,
	HANDSHAKE_FINISHED = 20,
	HANDSHAKE_CERTIFICATE_STATUS = 22,
	HANDSHAKE_KEY_UPDATE = 24
};

enum { HANDSHAKE_MOST_OCTETS = 65536, HANDSHAKE_HEADER_OCTETS = 4 };

/* The budget that all directions share. */
struct handshake_budget {
	struct holdings holdings;
	uint64_t too_long; /* messages above HANDSHAKE_MOST_OCTETS */
	uint64_t over;     /* not kept: above the limit, or out of memory */
};

/* The budget whose holdings these are, for a holding_drop. */
static inline struct handshake_budget *
handshake_budget_of(struct holdings *holdings)
{
	return (void *)((char *)holdings -
	    offsetof(struct handshake_budget, holdings));
}

/* One direction.  Embedded; private. */
struct handshake {
	struct holding held;
	uint32_t used;
	uint32_t left; /* of the message */
	uint8_t header[HANDSHAKE_HEADER_OCTETS];
	uint8_t have;
	bool lost : 1; /* until a record that begins as a message */
	bool done : 1; /* what is held was handed on and can go */
	bool keep : 1; /* this message is one to keep */
};

/* The body is borrowed until the next call; empty where !whole. */
struct handshake_message {
	uint8_t type;
	bool whole; /* false: it was there, and its body is left out */
	struct slice body;
};

void handshake_init(struct handshake *h);
void handshake_done(struct handshake *h, struct handshake_budget *budget);

/* Octets are missing: give up what is not whole. */
void handshake_lost(struct handshake *h, struct handshake_budget *budget);

/* A record begins: after handshake_lost() that may be a message's beginning. */
void handshake_record(struct handshake *h, struct slice octets);

/* Cut the next message off *octets.  False: more are needed. */
bool handshake_next(struct handshake *h, struct handshake_budget *budget,
    struct slice *octets, struct handshake_message *message);

/* The list of a Certificate message up to TLS 1.2.  False if it is none. */
bool handshake_certificates(struct slice body, struct slice *list);

/* Cut the next certificate off the list.  False: there are no more. */
bool handshake_next_certificate(struct slice *list, struct slice *der);

#endif
