/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MESSAGES_H
#define MESSAGES_H

#include "net/decode.h"
#include "pipeline/inner/serverlog.h"
#include "pipeline/inner/teller.h"
#include "pipeline/reader.h"
#include "sip/scanlines.h"

/*
 * The reader's part that makes events of octets which may be SIP, wherever they
 * came from: a datagram, a stream, a server's log, or an agent.
 */

struct messages {
	struct message_limits limits;
	struct message *parser;
	struct scanlines *known;
	struct teller *teller; /* borrowed */
	reader_hint *hint;
	void *arg;      /* of the hint */
	uint64_t count; /* told */
};

/* False when out of memory. */
bool messages_init(struct messages *m, const struct message_limits *limits,
    const struct reader_output *output, struct teller *teller);
void messages_done(struct messages *m);
bool messages_set(struct messages *m, const struct message_limits *limits);

/* False: it is no message, or a broken one, and counted. */
bool messages_parse(
    struct messages *m, struct slice octets, struct sip_message *message);

/* The origin of `event' is filled in. */
void messages_tell(struct messages *m, struct slice octets,
    const struct sip_message *message, struct event *event);

/* From a SIP port; what is no message is told as a packet.  On SCTP `flow' has
 * the flow of its origin; else NULL. */
void messages_datagram(struct messages *m, const struct decode_event *e,
    const struct origin *flow);

/* From a server's trace; others are ignored. */
void messages_logged(struct messages *m, const struct serverlog_record *record);

/* From the agent at `address'. */
void messages_hep(struct messages *m, const struct hepmsg *hep,
    const struct address *address);

#endif
