/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCRIPT_SIPMSG_H
#define SCRIPT_SIPMSG_H

#include "script/stream.h"

/*
 * The SIP messages of a script: a request is made from short words, with sane
 * headers around them; a response mirrors its request.  Sent messages are
 * remembered, so that later lines can answer them or send them again.
 */

enum { SIPMSG_HEADERS = 128 };

struct sipmsg_header {
	const char *name;
	const char *value;
};

struct sipmsg {
	struct sipmsg *earlier;
	struct sipmsg *namesake; /* of the same bucket of names */
	const char *name;        /* its name in later lines */
	struct endpoint from, to;
	const char *method; /* a response's: its request's */
	const char *uri;
	unsigned status; /* 0: a request */
	unsigned long cseq;
	size_t headers;
	struct sipmsg_header header[SIPMSG_HEADERS];
	bool no_length; /* `- Content-Length' */
	struct octets body, raw;
	struct sipmsg *answers;      /* a response: the request */
	const struct sipmsg *answer; /* a request: its best response so far */
	struct octets packet;        /* the IP packet, for ICMP to quote */
	struct stream_sent sent;     /* stream NULL: by UDP */
};

struct sipmsg_clock {
	struct sipmsg_clock *following;
	struct address host;
	nstime offset, drift_a_day, since;
};

/* The detail lines ("| ...") under a line, or of a template. */
struct sipmsg_details {
	size_t count;
	const char *const *line;
};

enum { SIPMSG_BUCKETS = 1 << 14 };

struct sipmsgs {
	struct sipmsg *latest;
	struct sipmsg *requests[SIPMSG_BUCKETS]; /* by name, latest first */
	unsigned count;
	struct sipmsg_clock *clocks;
};

/* The request `name', or NULL: the latest message of all. */
struct sipmsg *sipmsg_named(const struct sipmsgs *all, const char *name);

/*
 * Build the message `what' (a method, a status code or "raw") from the words
 * and details, and remember it.
 */
struct sipmsg *sipmsg_build(struct sipmsgs *all, const char *what,
    const struct endpoint *from, const struct endpoint *to, nstime wall,
    bool tcp, struct words *w);

/* Lines of a template or under the message itself. */
void sipmsg_detail(struct sipmsg *m, const char *line);

/* "Date: ..." by the sender's clock, if it has one or the line asks. */
void sipmsg_date(
    const struct sipmsgs *all, struct sipmsg *m, nstime wall, struct words *w);

/* Fill up the body until the message has `size' octets. */
void sipmsg_pad(struct sipmsg *m, size_t size);

/* Its octets on the wire. */
struct octets sipmsg_octets(const struct sipmsg *m);

/* The time a host's clock shows at `wall'. */
nstime sipmsg_clock_shows(
    const struct sipmsgs *all, const struct address *host, nstime wall);

void sipmsg_clock(struct sipmsgs *all, const struct address *host,
    nstime offset, nstime drift_a_day, nstime wall);

#endif
