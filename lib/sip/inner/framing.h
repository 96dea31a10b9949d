/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FRAMING_H
#define FRAMING_H

#include "base/counter.h"
#include "base/nstime.h"
#include "base/slice.h"
#include "base/holding.h"

/*
 * SIP messages cut from a TCP stream by Content-Length (RFC 3261 section
 * 18.3), for one direction of one connection.  After a gap, a mid-way start or
 * garbage it resynchronizes at the next start line, wherever that begins,
 * proven by "SIP/2.0" in it and a header line after it (Lync bodies end
 * without CRLF).  Leading CRLFs are keep-alives (RFC 5626).
 *
 * Octets are copied only where a message is spread over several inputs.
 */

struct framing;

/* Counters shared by all streams of one tap. */
struct framing_stats {
	uint64_t too_long;       /* skipped by its length */
	uint64_t no_length;      /* no Content-Length on a stream: taken as 0 */
	uint64_t bad_length;     /* negative, not a number, contradicting */
	uint64_t resynchronised; /* octets were skipped to a start line */
	uint64_t skipped_octets;
	uint64_t cut; /* a message a gap or the end cut short */
	uint64_t no_memory;
};

/*
 * One message, whole.  `octets' is borrowed until the callback returns.
 * `now' and `wall' belong to the segment that brought its first octet,
 * `end' is the stream offset right after its last.
 */
struct framing_event {
	struct slice octets;
	uint64_t end;
	nstime now, wall;
};

typedef void framing_output(void *arg, const struct framing_event *event);

/*
 * `max_message' octets at most; `stats' and `holdings' are borrowed for the
 * life of the framing.  `midway': the stream did not begin with its first
 * octet, so look for a start line at once.  NULL when out of memory.
 */
struct framing *framing_new(size_t max_message, bool midway,
    struct framing_stats *stats, struct holdings *holdings);
void framing_free(struct framing *f);

/* `octets' follow in order; the first has stream offset `offset'. */
void framing_input(struct framing *f, struct slice octets, uint64_t offset,
    nstime now, nstime wall, framing_output *output, void *arg);

/* Octets are missing here: the message begun is lost. */
void framing_gap(struct framing *f);

/* Octets held back at present. */
size_t framing_held(const struct framing *f);

/*
 * Is this worth framing?  Looks at the first octets of a stream: false once
 * they can be neither a SIP start line nor CRLF (TLS, HTTP, anything).
 */
bool framing_may_be_sip(struct slice first_octets);

void framing_stats_write(
    const struct framing_stats *stats, counter_output *output, void *arg);

#endif
