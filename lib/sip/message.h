/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "base/counter.h"
#include "base/slice.h"

/*
 * A SIP message (RFC 3261 section 7), reduced to what the rest of the house
 * needs.  libosip2 is the grammar, and message.c is the only file that sees
 * it.  Any token is a method; nothing depends on a list.
 */

/*
 * Slices point into the octets that were parsed or into the parser's own
 * store: borrowed until the next parse with the same parser.  Absent header
 * fields are empty slices.  Header values are unfolded and trimmed.
 */
struct sip_message {
	bool is_request;
	bool recovered; /* libosip2 refused it, the keys are readable */
	bool scanned;   /* by the scanner: libosip2 has not seen it */
	struct slice start_line;  /* without CRLF */
	struct slice method;      /* of the request, or the CSeq's */
	struct slice request_uri; /* requests */
	unsigned status;          /* responses: 100 to 699 */
	struct slice reason;      /* responses: the phrase */

	struct slice call_id;
	uint32_t cseq;
	struct slice from, to;         /* whole values */
	struct slice from_tag, to_tag; /* without quotes */

	/* The top Via: RFC 3261 section 20.42. */
	unsigned vias;                /* how many there are, comma-joined too */
	struct slice via_transport;   /* UDP, TCP, TLS, .. as written */
	struct slice via_host;        /* sent-by; IPv6 without brackets */
	uint16_t via_port;            /* 0: absent */
	struct slice via_branch;      /* empty: a Lync client, or RFC 2543 */
	struct slice via_bottom_host; /* sent-by of the last Via */

	struct slice date; /* the value as sent; the first if several */
	struct slice content_type;
	struct slice user_agent; /* User-Agent, or Server */
	struct slice body;       /* at most Content-Length octets */
	bool has_record_route;
};

/* One Via, in the words of struct sip_message. */
struct message_via {
	struct slice transport, host, branch;
	uint16_t port; /* 0: absent */
};

/* The next one of *m: the first is the top Via. */
static inline void
message_add_via(struct sip_message *m, const struct message_via *via)
{
	if (m->vias++ == 0) {
		m->via_transport = via->transport;
		m->via_host = via->host;
		m->via_port = via->port;
		m->via_branch = via->branch;
	}
	m->via_bottom_host = via->host;
}

/* Does the branch begin with the magic cookie z9hG4bK (any case)? */
bool message_has_cookie(const struct sip_message *m);

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
