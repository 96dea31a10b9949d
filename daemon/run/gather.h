/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATHER_H
#define GATHER_H

#include "run/crew.h"

/*
 * The matcher behind several threads that capture: what they found comes in one
 * order of time, and its deadlines fire as far as all of them have come.
 */

/* Embedded; zeroed: a single thread captures, and nothing is gathered. */
struct gather {
	struct crew *crew; /* owned; NULL: none */
	struct interfaces_fanout fanout;
	event_output *output; /* each event, on its way to the matcher */
	void *arg;
	struct matcher *matcher; /* borrowed */
	nstime reached;          /* how far all have come */
	nstime wall_offset;      /* of the main thread's intake */
};

/* Threads to capture with, as configured: secrets of TLS and the packets behind
 * alerts are kept by one. */
unsigned gather_workers(const struct config *config, const struct log *log);

/* Share with `workers' - 1 others; `output' is set.  False, logged. */
bool gather_begin(struct gather *g, unsigned workers, struct config *config,
    const struct siphash_key *key, struct matcher *matcher,
    const struct log *log);
void gather_end(struct gather *g);

/* Take what has come, after intake_tick() of the main thread. */
void gather_tick(struct gather *g, const struct intake *own);

#endif
