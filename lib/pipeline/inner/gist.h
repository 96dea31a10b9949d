/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GIST_H
#define GIST_H

#include "base/record.h"
#include "pipeline/event.h"

/*
 * What of a TCP segment's payload travels: as much as tells how a connection
 * fares, the rest being zeros.  Of TLS those are the headers of its records and
 * whatever is not application data; of SIP in clear only a request is told from
 * what needs no answer, and of a proxy's header all.
 *
 * A gist is a row of: how many zeros, how many octets, those octets; behind the
 * last are zeros.  Both numbers are of two octets, little-endian.
 */

enum {
	GIST_MOST = 16384,   /* octets of a gist */
	GIST_PAYLOAD = 65535 /* .. and of what it stands for */
};

/* One direction of a connection.  Zero it at first. */
struct gist_way {
	bool begun;    /* `next' is valid */
	bool opened;   /* its SYN was seen, and no octets are missing yet */
	bool is_tls;   /* .. and it was seen how the stream begins */
	bool is_clear; /* likewise */
	bool strayed;  /* octets are missing: where records begin is unknown */
	bool literal;  /* the record at hand travels */
	uint8_t have;  /* octets of a record's header */
	uint8_t header[5];
	uint32_t next; /* sequence number of what comes next */
	size_t left;   /* of the record at hand */
};

/* A segment of this direction; the gist is written to `out', anew. */
struct slice gist_write(
    struct gist_way *way, const struct event_segment *s, struct record *out);

/* The payload of `len' octets again.  False: it makes no sense. */
bool gist_read(
    struct slice gist, size_t len, uint8_t payload[static GIST_PAYLOAD]);

#endif
