/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KEYS_H
#define KEYS_H

#include "sip/sip_message.h"

/*
 * The fields by which messages are matched, read line by line without a
 * grammar: start line, Via, Call-ID, CSeq, From, To, and the few fields the
 * findings need. It takes whatever can be understood in one way only, so that
 * a message libosip2 refuses for a sloppy Contact still ends its transaction.
 */

enum keys_verdict {
	KEYS_READ,
	KEYS_NO_START_LINE,
	KEYS_VERSION, /* not SIP/2.0 */
	KEYS_STATUS,  /* not 100 to 699 */
	KEYS_HEADERS, /* more fields than allowed */
	KEYS_NUL,     /* a NUL in the head, outside a quoted pair */
	KEYS_NO_VIA,
	KEYS_NO_CALL_ID,
	KEYS_NO_CSEQ,
	KEYS_NO_FROM,
	KEYS_NO_TO,
	KEYS_CSEQ_METHOD /* the CSeq of a request names another method */
};

/* libosip2 walks a list to append to it and searches ahead from each comma,
 * semicolon, ampersand and bracket, so its time grows with the square of their
 * number and that of the fields: with 1000 it takes 2 ms.  A chain of 100
 * Vias has 300. */
#define KEYS_MOST_PARTS 400

struct keys {
	struct sip_message m; /* values may be folded */
	struct slice head;    /* start line to the blank line, with it */
	bool plain;           /* fit for libosip2: no NUL, no lone CR, not more
			       * separators than it copes with */
	bool bad_length;      /* Content-Length contradicts or is no number */
	bool short_body;      /* fewer octets than Content-Length promises */
};

/* `keys' is undefined unless KEYS_READ is returned. */
enum keys_verdict keys_read(
    struct slice octets, size_t max_headers, struct keys *keys);

/* Take the next readable element off a comma-joined list of Via values (RFC
 * 3261 section 20.42). */
bool keys_via_next(struct slice *list, struct sip_message_via *via);

#endif
