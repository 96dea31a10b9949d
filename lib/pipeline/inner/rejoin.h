/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef REJOIN_H
#define REJOIN_H

#include "pipeline/reader.h"

/*
 * Events of all sensors, in order of time, become those of one reader that had
 * seen everything: what two sensors saw is left out once, and segments of
 * connections whose directions passed different sensors (see oneways.h) go to a
 * reader that follows those connections.  Messages are put on them.
 */

struct rejoin;

struct rejoin_limits {
	size_t facts; /* see twins.h; and as many directions of connections:
		       * the longest unused is forgotten */
	struct siphash_key key;
	struct reader_limits reader;
};

/* Events of our own reader have the `reader' 0.  NULL when out of memory; the
 * caller frees it. */
struct rejoin *rejoin_new(
    const struct rejoin_limits *limits, event_output *output, void *arg);
void rejoin_free(struct rejoin *r);

/* What is due before `now' was ticked.  Flows of different sensors differ; the
 * event is changed. */
void rejoin_input(struct rejoin *r, struct event *event, nstime now);

/* The flow in our events, if that of a sensor became one; else it is as it
 * was.  `by_client' is how the sensor saw it. */
uint64_t rejoin_flow(struct rejoin *r, uint64_t flow, bool *by_client);

/* Batches of a sensor were lost before us. */
void rejoin_dropped(struct rejoin *r, nstime now);

void rejoin_tick(struct rejoin *r, nstime now);
nstime rejoin_next_deadline(const struct rejoin *r);
void rejoin_finish(struct rejoin *r, nstime now);

/* State kept over a restart; loaded into one that is new.  A successor is given
 * what came after `since' once more. */
void rejoin_save(const struct rejoin *r, nstime since, struct record *record);
void rejoin_load(struct rejoin *r, struct cursor *c);

/* rejoin.unknown, rejoin.broken, .. and twins.* */
void rejoin_stats(const struct rejoin *r, counter_output *output, void *arg);

#endif
