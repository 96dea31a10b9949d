/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIPSTREAM_H
#define SIPSTREAM_H

#include "net/streampart.h"
#include "sip/inner/framing.h"

/*
 * SIP on streams: each is recognized by its first octets (SIP, WebSocket, TLS,
 * or neither) and cut into messages, each direction on its own.
 */

struct sipstream;

/* One whole message, and the part that completed it; its `end' is an offset of
 * the stream that TCP carries.  Borrowed until the callback returns. */
typedef void sipstream_output(void *arg, const struct streampart *part,
    const struct framing_event *message);

/* `max_message' octets at most; what is held of messages is drawn from
 * `memory', borrowed.  NULL when out of memory; the caller frees it, after
 * every stream was forgotten. */
struct sipstream *sipstream_new(size_t max_message, struct budget_share *memory,
    sipstream_output *output, void *arg);
void sipstream_free(struct sipstream *s);

/*
 * Every stream may come here, SIP or not.  *slot is this room's, one for both
 * directions of a stream, NULL at first and when the stream was forgotten.
 */
void sipstream_input(
    struct sipstream *s, const struct streampart *part, void **slot);
void sipstream_forget(void **slot);

/* sipstream.foreign (TLS counts), sipstream.no_memory, framing.*,
 * websocket.* */
void sipstream_stats(
    const struct sipstream *s, counter_output *output, void *arg);

#endif
