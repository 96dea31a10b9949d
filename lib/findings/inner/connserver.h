/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONNSERVER_H
#define CONNSERVER_H

#include "base/lru.h"
#include "findings/connection.h"
#include "findings/inner/failures.h"

/* The part of connection that is about one server: how it fails, and how far
 * connections to it ever got. */

struct connserver {
	struct lru_entry entry;
	struct endpoint endpoint;
	uint8_t reached; /* 0: never worked; else 1 + connection_stage */
	bool udp_worked;
	struct failures *failures[CONNECTION_CLASSES]; /* NULL: none */
};

/* Frees its failures; as lru_setup wants it. */
void connserver_done(void *arg, void *server);

/* Does it have an alert? */
bool connserver_is_failing(const struct connserver *s);

/* Did attempts fail, too few for an alert? */
bool connserver_is_suspect(const struct connserver *s);

/* What survives a restart.  connserver_load() fills a zeroed one; false: it
 * makes no sense, and it is only good for connserver_done(). */
void connserver_save(const struct connserver *s, struct record *r);
bool connserver_load(struct connserver *s,
    const struct connection_limits *limits, struct cursor *from,
    const struct record_shift *shift);

#endif
