/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMONHOSTS_H
#define COMMONHOSTS_H

#include "base/counter.h"
#include "base/siphash.h"
#include "pipeline/event.h"

/*
 * Hosts whose clocks several sensors read.  What a host tells does not depend
 * on who hears it, so where sensors find different offsets of the same hosts
 * the difference is between the clocks of the sensors.  It shows what their
 * batches do not: stamps that a capture card or an agent gives to packets.
 *
 * A reading is compared with the middle of what the other sensors found for
 * that host in the last minutes, as far as the host's clock ran as fast as the
 * shared one meanwhile.  Of two sensors the one that finds its hosts
 * further off is taken for the odd one, as the hosts agree with the other.
 */

struct commonhosts;

/* Sensors are numbered from 0.  NULL when out of memory; the caller frees it.
 */
struct commonhosts *commonhosts_new(
    size_t hosts, size_t sensors, const struct siphash_key *key);
void commonhosts_free(struct commonhosts *c);

/* A sensor read a host's clock; `received' is of the clock that all share. */
void commonhosts_input(struct commonhosts *c, unsigned sensor,
    const struct stamp *stamp, nstime received);

/* The same of an event that may be one. */
void commonhosts_event(struct commonhosts *c, unsigned sensor,
    const struct event *event, nstime received);

/* How far this sensor's clock is ahead of the others', the middle of its latest
 * readings.  False: fewer than three, or of one host alone. */
bool commonhosts_ahead(
    const struct commonhosts *c, unsigned sensor, nstime *ahead);

/* Its times are corrected from now on: what was read before does not count. */
void commonhosts_forget(struct commonhosts *c, unsigned sensor);

/* commonhosts.evicted */
void commonhosts_stats(
    const struct commonhosts *c, counter_output *output, void *arg);

#endif
