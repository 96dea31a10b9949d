/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include "base/counter.h"
#include "sip/inner/framing.h"

/*
 * SIP over WebSocket (RFC 7118, RFC 6455), one direction of one connection:
 * the handshake's head is skipped, frames are unmasked and put together, and
 * each message of theirs is a SIP message, whole, without a Content-Length.
 * It takes octets in order and knows nothing of TCP or TLS.
 */

struct websocket;

/* Counters shared by all streams of one tap. */
struct websocket_stats {
	uint64_t control;    /* ping, pong, close */
	uint64_t malformed;  /* until a segment begins with a frame */
	uint64_t compressed; /* messages, RFC 7692 */
	uint64_t too_long;   /* messages skipped by their length */
	uint64_t cut;        /* a gap cut a message short */
	uint64_t no_memory;
};

/*
 * Do these first octets begin it?  The head of an upgrade to "websocket", or
 * of the answer 101; mid-way also a frame with a SIP start line in it.
 */
bool websocket_begins(struct slice first_octets, bool midway);

/* `max_message' octets at most; `stats' and `holdings' are borrowed for its
 * life.  NULL when out of memory; the caller frees it. */
struct websocket *websocket_new(size_t max_message, bool midway,
    struct websocket_stats *stats, struct holdings *holdings);
void websocket_free(struct websocket *w);

/* As framing_input(): `end' of the event is the offset after the message's
 * last frame. */
void websocket_input(struct websocket *w, struct slice octets, uint64_t offset,
    nstime now, nstime wall, framing_output *output, void *arg);

/* Octets are missing here: where the next frame begins is not known. */
void websocket_gap(struct websocket *w);

void websocket_stats_write(
    const struct websocket_stats *stats, counter_output *output, void *arg);

#endif
