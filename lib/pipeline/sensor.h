/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SENSOR_H
#define SENSOR_H

#include "pipeline/matcher.h"
#include "pipeline/wire.h"

/*
 * A sensor of a fleet: events of its reader become batches for the judge.
 *
 *	event -> well, and counted | half | told in full -> batch
 *
 * Nearly all transactions are answered within a second where both directions
 * are seen: of those a tally by server and method travels.  Of a request
 * without a response, and of a response without a request, a half travels: the
 * judge joins halves of different sensors, and wants to know all of a call
 * whose other half nobody has.  What shows by itself that something is wrong is
 * told at once.
 *
 * With partitions halves go to the one of their call, and all else to the
 * leader: see partition.h.
 *
 * What needs a message's body or headers (clocks, refusals, relays) is read
 * here, by a matcher of its own, and only the facts travel.
 */

struct sensor;

struct sensor_limits {
	size_t calls, pairs, flows, known;
	struct matcher_limits matcher;
	struct siphash_key key;
};

struct sensor_setup {
	struct sensor_limits limits;
	const char *name; /* in the fleet; copied */
	uint64_t run;     /* larger than at each start before */
	/* A batch; borrowed until the callback returns. */
	void (*batch)(void *arg, struct slice batch, uint64_t sequence);
	/* The same, of halves for a partition.  0 partitions: halves are in
	 * the batches above. */
	unsigned partitions;
	void (*halves)(void *arg, struct slice batch, unsigned partition,
	    uint64_t sequence);
	void *arg;
};

/* NULL when out of memory; the caller frees it. */
struct sensor *sensor_new(const struct sensor_setup *setup);
void sensor_free(struct sensor *s);

/* An event_output; `sensor' is the struct sensor.  Tick it before the first: by
 * what its own clock shows then, stamps of packets are odd or not. */
void sensor_input(void *sensor, const struct event *event);

/* Every event before `now' was put in. */
void sensor_tick(struct sensor *s, nstime now, nstime wall);
nstime sensor_next_deadline(const struct sensor *s);

/* What the judge wants.  False: it makes no sense. */
bool sensor_wanted(struct sensor *s, struct slice batch, nstime now);

/* Packets were lost before us. */
void sensor_dropped(struct sensor *s, uint64_t packets);

/* Our own clock was stepped. */
void sensor_stepped(struct sensor *s, nstime step);

/* What waits is told now. */
void sensor_finish(struct sensor *s, nstime now, nstime wall);

struct sensor_counts {
	uint64_t messages, batches, octets;
	uint64_t healthy; /* transactions that were tallied */
};
void sensor_counts(const struct sensor *s, struct sensor_counts *counts);
void sensor_stats(const struct sensor *s, counter_output *output, void *arg);

#endif
