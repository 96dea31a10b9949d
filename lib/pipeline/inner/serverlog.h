/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVERLOG_H
#define SERVERLOG_H

#include "base/counter.h"
#include "net/endpoint.h"
#include "net/servertrace.h"

/*
 * Records of a server's trace as messages between endpoints.  The trace names
 * peers and does not name its own host at all, so each name gets an address
 * that is nowhere in use, of the discard prefix 100::/64 (RFC 6666), counting
 * up as they come: 100::1 is the host that wrote it.
 */

struct serverlog;

/* NULL when out of memory; the caller frees it. */
struct serverlog *serverlog_new(size_t max_message);
void serverlog_free(struct serverlog *l);

struct serverlog_record {
	struct servertrace trace;
	struct endpoint from, to; /* of the message, or the failed request */
	struct slice octets;      /* the message; until the next call */
};

/* False: there is nothing in it to look at. */
bool serverlog_read(
    struct serverlog *l, struct slice octets, struct serverlog_record *record);

/* The names that were given addresses, in the order of these. */
typedef void serverlog_name(
    void *arg, const struct address *address, struct slice name);
void serverlog_names(
    const struct serverlog *l, serverlog_name *output, void *arg);

/* serverlog.other, serverlog.too_long, serverlog.names */
void serverlog_stats(
    const struct serverlog *l, counter_output *output, void *arg);

#endif
