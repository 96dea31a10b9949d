/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HEPSTREAM_H
#define HEPSTREAM_H

#include "capture/hep.h"

/*
 * The TCP connections of agents: one packet of HEP 3 follows the other.  A
 * stream that breaks off that way cannot be read on, so it is closed.
 */

struct hepstream;

/* NULL when out of memory; `setup' is borrowed. */
struct hepstream *hepstream_new(const struct hep_setup *setup);
void hepstream_free(struct hepstream *s); /* closes all connections */

/* A connection of a permitted agent; closed when there are too many. */
void hepstream_accept(
    struct hepstream *s, evutil_socket_t connection, const struct address *a);

/* hep.connections_refused, hep.broken_streams */
void hepstream_stats(
    const struct hepstream *s, counter_output *output, void *arg);

#endif
