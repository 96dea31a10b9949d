/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCRIPT_STREAM_H
#define SCRIPT_STREAM_H

#include "script/wire.h"

/*
 * TCP connections of a script: sequence and acknowledgement numbers are kept
 * here, so that a story only names sender, message and fault.
 */

enum { STREAM_BUCKETS = 1 << 14 };

struct stream {
	struct stream *following; /* of the same bucket */
	struct endpoint end[2];   /* 0 is the one that opened it */
	uint32_t next[2];         /* sequence number of its next octet */
	uint32_t received[2];     /* what it has acknowledged, or would */
	struct octets held[2];    /* waits for the next message to go along */
};

struct streams {
	struct stream *buckets[STREAM_BUCKETS]; /* the latest first */
	struct octets syn; /* the latest one's packet, for ICMP to quote */
};

/* The connection between two endpoints and which end `from' is, or NULL. */
struct stream *stream_find(const struct streams *streams,
    const struct endpoint *from, const struct endpoint *to, unsigned *side);

/* open, syn, refused, midway, ack, fin, close, reset. */
void stream_act(struct streams *streams, struct wire *wire, nstime time,
    const struct endpoint *from, const struct endpoint *to, struct words *w);

/* How a message goes into segments. */
struct stream_how {
	struct wire_how wire;
	size_t segment; /* octets each, 0: as they fit; each has PSH */
	bool unacknowledged;
	bool hold;      /* in one segment with what comes next */
	bool websocket; /* in a frame, masked if its client sends it */
	size_t frame;   /* octets of each of several frames, 0: one */
};

void stream_options(struct stream_how *how, struct words *w);

/* The sent octets, for sending them again. */
struct stream_sent {
	struct stream *stream;
	unsigned side;
	uint32_t sequence;
	struct octets octets;
};

void stream_send(struct wire *wire, const struct stream_how *how, nstime time,
    struct stream_sent *sent, struct octets *quotable);
void stream_resend(struct wire *wire, const struct stream_how *how, nstime time,
    const struct stream_sent *sent);

#endif
