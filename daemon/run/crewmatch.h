/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CREWMATCH_H
#define CREWMATCH_H

#include "run/crew.h"
#include "run/shards.h"

/*
 * The matcher behind several threads that capture: what they found comes in one
 * order of time, and its deadlines fire as far as all of them have come.
 */

/* Embedded; zeroed: a single thread captures, and none of it is used. */
struct crewmatch {
	struct crew *crew;            /* owned; NULL: none */
	struct keyhub *keys;          /* owned; NULL: nothing is decrypted */
	struct budget_share *secrets; /* what they are noted in */
	struct interfaces_fanout fanout;
	event_output *output; /* each event, on its way to the matcher */
	void *arg;
	struct matcher *matcher; /* borrowed */
	struct shards *shards;   /* owned; NULL: the matcher does it all */
	nstime merged;           /* how far all that capture have come */
	nstime reached;          /* .. and it is matched */
	nstime wall_offset;      /* of the main thread's intake */
};

/* Threads to capture with, as configured. */
unsigned crewmatch_workers(const struct config *config);

/* It is one: log what else was configured and does not apply. */
void crewmatch_alone(const struct config *config, const struct log *log);

/* All is borrowed, `config' until crewmatch_begin() returns. */
struct crewmatch_setup {
	unsigned workers; /* 2 or more, the main thread too */
	struct config *config;
	const struct siphash_key *key;
	struct budget *budget;
	struct secrets *secrets; /* the main thread's */
	struct matcher *matcher;
	const struct log *log;
};

/* Share the packets with `workers' - 1 others, and transactions with as many as
 * are configured; `output' is set.  False, logged. */
bool crewmatch_begin(struct crewmatch *g, const struct crewmatch_setup *setup);
void crewmatch_end(struct crewmatch *g);

/* When nothing is forked any more.  False: there is no thread to be had. */
bool crewmatch_start(struct crewmatch *g);

/* Take what has come, after intake_tick() of the main thread. */
void crewmatch_tick(struct crewmatch *g, const struct intake *own);

#endif
