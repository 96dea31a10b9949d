/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TCPSTREAM_H
#define TCPSTREAM_H

#include "base/counter.h"
#include "net/inner/tcp.h"
#include "net/inner/tcphole.h"

/*
 * One direction of a TCP connection put in order: offsets, holes and what the
 * other side acknowledged.  tcpreasm knows about connections and embeds two.
 *
 * The first copy of an octet wins.  Octets that come in order are handed on
 * straight from the packet; octets behind a hole are copied into chunks, whose
 * number and size are limited.
 *
 * A hole is given up
 *   - TCPSTREAM_PATIENCE after octets in it were acknowledged by the other
 *     side.  A capture merged from two interfaces may show an acknowledgement
 *     a little before what it acknowledges, hence not at once;
 *   - TCPSTREAM_HOLE_AGE after the octets right behind it came, acknowledged or
 *     not: on a one-way mirror nothing ever is;
 *   - when the limits leave no room for more octets behind it;
 *   - when the connection ends, or at tcpstream_end().
 */

#define TCPSTREAM_PATIENCE (100 * NSTIME_MS)
#define TCPSTREAM_HOLE_AGE (5 * NSTIME_S)

enum {
	/* Sequence numbers further than this from the expected one are none
	 * of this connection's, or forged. */
	TCPSTREAM_NEAR = 1 << 24
};

enum tcpstream_reason {
	TCPSTREAM_ACKNOWLEDGED,
	TCPSTREAM_AGED,
	TCPSTREAM_LIMITED,
	TCPSTREAM_ENDED,
	TCPSTREAM_TRUNCATED,
	TCPSTREAM_REASONS
};

/* Limits and counters shared by all streams. */
struct tcpstream_store {
	struct tcphole_store holes;
	uint64_t gaps[TCPSTREAM_REASONS];
	uint64_t retransmitted; /* segments without one new octet */
	uint64_t after_fin;     /* segments with octets behind the FIN */
};

/* Octets in order, or, when `lost' is not 0, octets that will not come. */
struct tcpstream_piece {
	uint64_t offset;
	struct slice octets; /* borrowed */
	uint64_t lost;
	nstime now, wall; /* octets: of their segment; lost: of the call */
};

typedef void tcpstream_output(void *arg, const struct tcpstream_piece *piece);

/* Where the pieces of one call go to, and when it was made. */
struct tcpstream_sink {
	struct tcpstream_store *store;
	tcpstream_output *output;
	void *arg;
	nstime now, wall;
};

/* Read it; change it with the functions below. */
struct tcpstream {
	struct tcphole *hole;  /* private; NULL: nothing is missing */
	uint64_t next;         /* offset after the last octet in order */
	uint64_t acknowledged; /* the other side acknowledged up to here */
	uint64_t awaited;      /* the reader of the stream asked for an event
				* once the other side has acknowledged up to
				* here */
	nstime last_gap;       /* INT64_MIN: never */
	uint32_t high; /* private: low bits of the highest offset sent, of the
			* FIN if one was, never below next; before it started,
			* the sequence number that was acknowledged first */
	uint32_t base; /* private: sequence number of offset 0 */
	uint32_t segments;
	uint8_t resends;      /* no more is counted after 255 */
	bool second : 1;      /* of the two of its connection; set it */
	bool started : 1;     /* something of this direction was seen */
	bool expected : 1;    /* base is known from the other side */
	bool fin : 1;         /* its offset is high */
	bool acks_seen : 1;   /* private */
	bool zero_window : 1; /* private: the other side takes no octets */
	bool undelivered : 1; /* what tcpreasm found of resends */
};

void tcpstream_init(struct tcpstream *s);

/* Forget the hole without a word. */
void tcpstream_done(struct tcpstream *s, struct tcpstream_store *store);

/* Offset 0 is at `sequence', or before it where the other side acknowledged
 * less at first: then octets are missing.  Nothing happens if it has started
 * before. */
void tcpstream_start(struct tcpstream *s, uint32_t sequence);

/* How far `sequence' is ahead of the next octet, or behind if negative. */
int32_t tcpstream_distance(const struct tcpstream *s, uint32_t sequence);

/* Both SYN and FIN may be set; the stream must have started. */
void tcpstream_input(struct tcpstream *s, const struct tcpstream_sink *sink,
    const struct tcp *tcp);

/* A segment of the other direction, with ACK. */
void tcpstream_acknowledge(struct tcpstream *s,
    const struct tcpstream_sink *sink, const struct tcp *tcp);

void tcpstream_tick(struct tcpstream *s, const struct tcpstream_sink *sink);
nstime tcpstream_deadline(const struct tcpstream *s);

/* The limits need what is kept behind its holes: give them up. */
void tcpstream_yield(struct tcpstream *s, const struct tcpstream_sink *sink);

/* Give up every hole and hand on what is kept. */
void tcpstream_end(struct tcpstream *s, const struct tcpstream_sink *sink);

/* tcpreasm.gap_acknowledged, tcpreasm.gap_aged, .. */
void tcpstream_stats(
    const struct tcpstream_store *store, counter_output *output, void *arg);

/* Everything up to the FIN is in order, or given up. */
static inline bool
tcpstream_finished(const struct tcpstream *s)
{
	return s->fin && (uint32_t)s->next == s->high;
}

#endif
