/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PROXYPROTO_H
#define PROXYPROTO_H

#include "net/tcpreasm.h"

/*
 * HAProxy's PROXY protocol, versions 1 (text) and 2 (binary): a header that a
 * load balancer puts before the first octet of a connection to name its client.
 */

enum {
	PROXYPROTO_SIGNATURE = 12, /* octets that show whether it is one */
	PROXYPROTO_MOST = 536      /* of a header; longer ones are none */
};

enum proxyproto_result {
	PROXYPROTO_HEADER,
	PROXYPROTO_PARTIAL, /* so far it may be one: come back with more */
	PROXYPROTO_NONE
};

struct proxyproto {
	size_t len;               /* of the header */
	struct endpoint from, to; /* no address: UNKNOWN, LOCAL, or a socket */
};

/* `octets' are the first of a connection, from the client.  *header is
 * untouched unless PROXYPROTO_HEADER. */
enum proxyproto_result proxyproto_parse(
    struct slice octets, struct proxyproto *header);

/* The beginning of a connection.  Zero it at first; private. */
struct proxyproto_stream {
	struct proxyproto_begin *begin; /* NULL: nothing came yet */
};

/*
 * Take the header off a connection's first octets.  True: *out is `event', or
 * so much of it as is behind the header, with the client that it named,
 * borrowed until the next call.  False: nothing is left of it.
 */
bool proxyproto_strip(struct proxyproto_stream *s,
    const struct tcpreasm_event *event, struct tcpreasm_event *out);

/* The client that the header named; without an address: none did. */
struct endpoint proxyproto_client(const struct proxyproto_stream *s);

/* Free what is held. */
void proxyproto_forget(struct proxyproto_stream *s);

#endif
