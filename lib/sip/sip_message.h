/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIP_MESSAGE_H
#define SIP_MESSAGE_H

#include "base/slice.h"

/* A SIP message (RFC 3261 section 7), reduced to what the rest of the house
 * needs. */

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
	struct slice user_agent;           /* User-Agent, or Server */
	struct slice body;                 /* at most Content-Length octets */
	bool has_record_route, has_reason; /* these fields */
};

/* One Via, in the words of struct sip_message. */
struct sip_message_via {
	struct slice transport, host, branch;
	uint16_t port; /* 0: absent */
};

/* The next one of *m: the first is the top Via. */
static inline void
sip_message_add_via(struct sip_message *m, const struct sip_message_via *via)
{
	if (m->vias++ == 0) {
		m->via_transport = via->transport;
		m->via_host = via->host;
		m->via_port = via->port;
		m->via_branch = via->branch;
	}
	m->via_bottom_host = via->host;
}

/* Does the branch begin with the magic cookie (RFC 3261 section 8.1.1.7)?
 * Tokens are the same in any case. */
static inline bool
sip_message_has_cookie(const struct sip_message *m)
{
	static const char cookie[] = "z9hG4bK";

	/* Nearly all senders write it in this case. */
	return slice_starts_with(m->via_branch, cookie) ||
	    slice_starts_with_nocase(m->via_branch, cookie);
}

#endif
