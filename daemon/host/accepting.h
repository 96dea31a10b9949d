/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ACCEPTING_H
#define ACCEPTING_H

#include <event2/listener.h>

#include "base/nstime.h"
#include "host/log.h"

/*
 * Accepts the connections of a socket that listens.  Where descriptors are
 * short it rests until the next second instead of failing again at once, for
 * ever, and logs that at most once an hour.
 */

/* A connection, which is the callee's; `from' is borrowed. */
typedef void accepting_output(
    void *arg, evutil_socket_t connection, const struct sockaddr *from);

struct accepting_setup {
	struct event_base *base; /* borrowed */
	const char *where;       /* the key of the configuration; likewise */
	const struct log *log;   /* likewise */
	accepting_output *output;
	void *arg;
};

/* Embedded; private. */
struct accepting {
	struct accepting_setup setup;
	struct evconnlistener *listener; /* NULL: it does not accept */
	nstime told;                     /* monotonic; 0: never */
};

/* `socket' is bound, and closed with accepting_end().  False when out of
 * memory, and it is the caller's still. */
bool accepting_begin(struct accepting *a, const struct accepting_setup *setup,
    evutil_socket_t socket, int backlog);
void accepting_end(struct accepting *a);

/* Once a second: accept again. */
void accepting_second(struct accepting *a);

#endif
