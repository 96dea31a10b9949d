/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIPSTREAM_H
#define SIPSTREAM_H

#include "net/tcpreasm.h"
#include "sip/inner/framing.h"

/*
 * SIP on TCP connections: what reassembly puts in order is recognised by its
 * first octets (clear-text SIP, TLS, or neither) and cut into messages, each
 * direction on its own.
 */

struct sipstream;

/* One message, whole, and the connection it came on.  Borrowed until the
 * callback returns. */
typedef void sipstream_output(void *arg, const struct tcpreasm_event *event,
    const struct framing_event *message);

/* `max_message' octets at most.  NULL when out of memory; the caller frees
 * it, after every connection was FORGOTTEN. */
struct sipstream *sipstream_new(
    size_t max_message, sipstream_output *output, void *arg);
void sipstream_free(struct sipstream *s);

/*
 * Every event of a connection may come here, SIP or not.  *slot is this
 * room's, one for each connection, NULL at first; FORGOTTEN frees what is in
 * it and makes it NULL again.
 */
void sipstream_input(
    struct sipstream *s, const struct tcpreasm_event *event, void **slot);

/* sipstream.foreign (TLS counts), sipstream.no_memory, framing.* */
void sipstream_stats(
    const struct sipstream *s, counter_output *output, void *arg);

#endif
