/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCTP_H
#define SCTP_H

#include "base/counter.h"
#include "net/ip.h"

/*
 * SCTP (RFC 9260) as far as SIP needs it (RFC 4168): the user messages in its
 * DATA chunks, put together where they are in several, how far they were
 * acknowledged, and its end.  A chunk that was sent again is left out while it
 * is remembered.
 */

struct sctp;

enum sctp_kind {
	SCTP_MESSAGE,      /* whole now */
	SCTP_ACKNOWLEDGED, /* chunks up to `tsn' came to the sender of this */
	SCTP_SHUT          /* the sender of this ends the association */
};

/* Borrowed until the callback returns. */
struct sctp_event {
	enum sctp_kind kind;
	uint16_t source_port, destination_port;
	struct slice octets;     /* MESSAGE */
	uint32_t first_tsn, tsn; /* MESSAGE: of its first and last chunk */
};

typedef void sctp_output(void *arg, const struct sctp_event *event);

/* NULL when out of memory; the caller frees it. */
struct sctp *sctp_new(void);
void sctp_free(struct sctp *s);

/* The payload of `ip' is SCTP.  Calls output for each chunk that completes a
 * message or tells something. */
void sctp_input(
    struct sctp *s, const struct ip *ip, sctp_output *output, void *arg);

/* Forget what is in pieces: time was rebased. */
void sctp_reset(struct sctp *s);

/* sctp.malformed, sctp.resent, sctp.incomplete, sctp.too_long,
 * sctp.no_memory */
void sctp_stats(const struct sctp *s, counter_output *output, void *arg);

#endif
