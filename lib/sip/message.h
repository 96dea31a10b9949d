/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "base/counter.h"
#include "sip/sip_message.h"

/*
 * The parser of SIP messages (RFC 3261 section 7).  libosip2 is the grammar,
 * and message.c is the only file that includes it.  Any token is a method;
 * nothing depends on a list.
 */

enum message_verdict {
	MESSAGE_PARSED,
	MESSAGE_REFUSED, /* it begins like SIP, but its keys cannot be read */
	MESSAGE_FOREIGN  /* it is not SIP at all */
};

struct message_limits {
	size_t octets;  /* largest message (64 KiB) */
	size_t headers; /* most header fields (1000) */
};

struct message;

/*
 * Once per process before the first message_new(): libosip2's parser keeps
 * tables that this fills, and its tracing, which prints to stdout, is turned
 * off.  Calling it again does nothing.
 */
void message_init(void);

/* NULL when out of memory.  One parser serves one thread. */
struct message *message_new(const struct message_limits *limits);
void message_free(struct message *parser);

/* Messages it has parsed are not valid any longer.  False when out of memory:
 * then the old limits stay. */
bool message_set(struct message *parser, const struct message_limits *limits);

/*
 * Parse one whole message: a datagram, or what framing cut from a stream.
 * On anything but MESSAGE_PARSED *m is untouched and the reason is counted.
 * Via, Call-ID, CSeq, From and To must be readable, else it is REFUSED.
 */
enum message_verdict message_parse(
    struct message *parser, struct slice octets, struct sip_message *m);

/* message.too_long, message.nul, message.no_via, .. */
void message_stats(
    const struct message *parser, counter_output *output, void *arg);

/* How many messages were recovered after libosip2 had refused them. */
uint64_t message_recovered(const struct message *parser);

#endif
