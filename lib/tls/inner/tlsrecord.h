/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSRECORD_H
#define TLSRECORD_H

#include "base/slice.h"

/*
 * TLS records (RFC 8446 section 5.1) cut from one direction of a stream,
 * however TCP split it.  Nothing is copied and nothing is kept but a header: a
 * record's body is handed on in the parts it came in.
 *
 * A hole inside a body is stepped over.  After a hole that takes a header with
 * it, and after a start in the middle of a stream, parsing resumes at the first
 * segment that looks like records from its beginning to its end.
 */

enum tlsrecord_type {
	TLSRECORD_SSLV2_HELLO = 1, /* no number of the wire */
	TLSRECORD_CHANGE_CIPHER_SPEC = 20,
	TLSRECORD_ALERT = 21,
	TLSRECORD_HANDSHAKE = 22,
	TLSRECORD_APPLICATION_DATA = 23,
	TLSRECORD_HEARTBEAT = 24
};

enum tlsrecord_state {
	TLSRECORD_BEGIN,  /* nothing came yet */
	TLSRECORD_HEADER, /* between two records */
	TLSRECORD_BODY,
	TLSRECORD_HUNT,   /* does not know where records begin */
	TLSRECORD_FOREIGN /* it began as something else: over */
};

enum { TLSRECORD_HEADER_OCTETS = 5, TLSRECORD_MOST_OCTETS = 16384 + 2048 };

/* One direction.  Embedded; private but for `state'. */
struct tlsrecord {
	uint8_t state; /* enum tlsrecord_state */
	uint8_t header[TLSRECORD_HEADER_OCTETS];
	uint8_t have;   /* octets of the header that is coming */
	bool first : 1; /* nothing of the body was handed on yet */
	bool holed : 1; /* octets of the body are missing */
	bool sslv2 : 1; /* the body is an SSLv2 hello's */
	uint16_t left;  /* of the body */
};

/* Part of a record's body (an SSLv2 hello's version is the one it offers, and
 * its body begins with its type), borrowed until the next call; empty if there
 * is none.  The last part ends the record. */
struct tlsrecord_part {
	enum tlsrecord_type type;
	uint16_t version;
	size_t size; /* of the whole body */
	struct slice body;
	bool first, last;
	bool holed; /* octets before this part are missing */
};

/* May TLS begin so: with a handshake, or an SSLv2 hello? */
bool tlsrecord_may_begin(struct slice octets);

/* Does a ClientHello begin here?  TLS may begin in the middle: STARTTLS, or a
 * SYN that was not seen. */
bool tlsrecord_is_client_hello(struct slice octets);

/* `midway': this is not the beginning of the stream. */
void tlsrecord_init(struct tlsrecord *r, bool midway);

/* These octets are next in order: tlsrecord_next() cuts them. */
void tlsrecord_input(struct tlsrecord *r, struct slice octets);

/* Cut the next part off *octets.  False: more are needed, and none is left. */
bool tlsrecord_next(
    struct tlsrecord *r, struct slice *octets, struct tlsrecord_part *part);

/* So many octets will never come.  False if the record they were in, or the
 * place where the next one begins, is lost with them. */
bool tlsrecord_gap(struct tlsrecord *r, uint64_t lost);

/* Does a segment look like records from its beginning to its end? */
bool tlsrecord_plausible(struct slice segment);

#endif
