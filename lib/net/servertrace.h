/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVERTRACE_H
#define SERVERTRACE_H

#include "base/nstime.h"
#include "base/slice.h"

/*
 * A trace of the logging tools of Lync and Skype for Business (OCSLogger,
 * CLSLogger, as text, and what Snooper exports): records of messages as the
 * server received and sent them, and of diagnostics,
 *
 *	TL_INFO(TF_PROTOCOL) [0]..::01/18/2012-05:00:43.101.. (..)$$begin_record
 *	Direction: incoming;..
 *	Peer: edge.example.com:5062
 *	Start-Line: SIP/2.0 200 OK
 *	(header fields)
 *	Message-Body: ..
 *	$$end_record
 *
 * or, copied out of one, paragraphs that begin with "LogType: diagnostic".  The
 * zone of the stamps is not given: nobody's clock is judged by them.
 */

/* Packets that are such a record have this in the place of a LINKTYPE_. */
enum { SERVERTRACE_DATALINK = 0x10000 };

enum {
	SERVERTRACE_LARGEST = 128 * 1024, /* octets of a record */
	SERVERTRACE_LINE = 4096           /* .. and of its first line */
};

enum servertrace_cut {
	SERVERTRACE_RECORD,
	SERVERTRACE_MORE, /* there is none yet, come back with more */
	SERVERTRACE_LOST  /* one without an end was passed over */
};

/* Does it look like one, by its first octets? */
bool servertrace_begins(struct slice head);

/*
 * Cut the next record off *text; `ended': nothing follows.  Octets done with
 * are taken off its front; *record is borrowed.
 */
enum servertrace_cut servertrace_next(
    struct slice *text, bool ended, struct slice *record);

enum servertrace_kind {
	SERVERTRACE_MESSAGE,
	SERVERTRACE_FAILED, /* a request expired or timed out in the server */
	SERVERTRACE_OTHER   /* another diagnostic, or nothing that is known */
};

/* Everything is borrowed from the record. */
struct servertrace {
	enum servertrace_kind kind;
	bool incoming;
	struct slice peer;       /* "host:port", as written; may be empty */
	struct slice start_line; /* of the message, or the one it is about */
	struct slice head, body; /* MESSAGE: fields, lines as in the file */
	/* FAILED */
	struct slice reason; /* what the server reports about it */
	struct slice call_id, request_uri, from, to;
};
void servertrace_parse(struct slice record, struct servertrace *t);

/* The record's stamp, read as if it were UTC.  False: it has none. */
bool servertrace_stamp(struct slice record, nstime *wall);

/* Write the message as it was on the wire, `size' octets at most.  How many;
 * 0: it does not fit. */
size_t servertrace_write(
    const struct servertrace *t, uint8_t *octets, size_t size);

/* "host:port", "[v6]:port" or "host" in its parts; *port is untouched if it
 * has none. */
struct slice servertrace_host(struct slice peer, uint16_t *port);

#endif
