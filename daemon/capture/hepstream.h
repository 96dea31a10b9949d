/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HEPSTREAM_H
#define HEPSTREAM_H

#include "capture/hep.h"

/*
 * The TCP connections of agents: one packet of HEP 3 follows the other.  A
 * stream that breaks off that way cannot be read on, so it is closed.
 */

struct hepstream;

/* A stream of `agent' was closed because it is not HEP 3. */
typedef void hepstream_broken(void *arg, const struct address *agent);

/* NULL when out of memory; `setup' is borrowed. */
struct hepstream *hepstream_new(
    const struct hep_setup *setup, hepstream_broken *broken, void *arg);
void hepstream_free(struct hepstream *s); /* as hepstream_end() does first */

/* Close all connections. */
void hepstream_end(struct hepstream *s);

/* Close those of agents that `permits' is false for. */
typedef bool hepstream_permits(void *arg, const struct address *agent);
void hepstream_revoke(
    struct hepstream *s, hepstream_permits *permits, void *arg);

/* A connection of a permitted agent; closed when there are too many. */
void hepstream_accept(
    struct hepstream *s, evutil_socket_t connection, const struct address *a);

/* hep.connections_refused, hep.broken_streams */
void hepstream_stats(
    const struct hepstream *s, counter_output *output, void *arg);

#endif
