/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ONEWAYS_H
#define ONEWAYS_H

#include "base/counter.h"
#include "pipeline/event.h"

/*
 * TCP connections, and associations of SCTP, of which a sensor sees one
 * direction: what it makes of them by itself is worth little, so their segments
 * travel, without what they carry (see gist.h), and the judge's reader makes of
 * those of all sensors what one that saw both directions would.
 *
 * A connection is one of these when its other direction was not seen within
 * half a second of the first segment, and stays it.  Its beginning, and what
 * the reader makes of it, waits so long.
 *
 * The ends of a connection and where its offsets begin are told once a minute.
 */

struct oneways;

struct oneways_limits {
	size_t flows; /* the longest unused is forgotten */
	struct siphash_key key;
};

struct oneways_output {
	event_output *segment; /* it travels */
	event_output *whole;   /* held back, and of a connection that is seen
				* both ways */
	void *arg;
};

/* NULL when out of memory; the caller frees it. */
struct oneways *oneways_new(
    const struct oneways_limits *limits, const struct oneways_output *output);
void oneways_free(struct oneways *o);

/* Every event of a reader.  False: it is dealt with here, now or later. */
bool oneways_input(struct oneways *o, const struct event *event);

void oneways_tick(struct oneways *o, nstime now);
nstime oneways_next_deadline(const struct oneways *o);

/* Decide on all that is held back. */
void oneways_finish(struct oneways *o);

/* oneways.apart, oneways.evicted, oneways.no_memory */
void oneways_stats(const struct oneways *o, counter_output *output, void *arg);

#endif
