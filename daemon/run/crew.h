/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CREW_H
#define CREW_H

#include "base/totals.h"
#include "config/config.h"
#include "config/options.h"
#include "keys/keyhub.h"
#include "pipeline/event.h"
#include "run/intake.h"

/*
 * Further threads that capture and read, each with rings of its own, which
 * share the packets of all interfaces with those of the main thread.  What they
 * find comes out here, with what the main thread finds, in one order of time.
 *
 * All functions are of the main thread.
 */

struct crew;

struct crew_setup {
	unsigned workers; /* beside the main thread, 1 or more */
	const struct interfaces_fanout *fanout; /* borrowed */
	struct config *config;         /* borrowed until crew_new() returns */
	const struct siphash_key *key; /* borrowed */
	struct budget_share *memory;   /* of what waits between threads */
	struct keyhub *keys;  /* borrowed; NULL: they decrypt nothing */
	event_output *output; /* in order, lent */
	/* Packets may be missing: before any event that is newer. */
	void (*missing)(void *arg);
	void *arg;
	const struct log *log;
};

/* NULL, logged.  Nothing is captured before crew_set(), and nothing read before
 * crew_start().  The caller frees it. */
struct crew *crew_new(const struct crew_setup *setup);

/* When nothing is forked any more, and rights were given up.  False: there is
 * no thread to be had. */
bool crew_start(struct crew *crew);

void crew_free(struct crew *crew);

/* Readable when something has come: see crew_collect(). */
int crew_descriptor(const struct crew *crew);

/* An event_output for the reader of the main thread. */
void crew_event(void *crew, const struct event *event);

/* Take what has come.  The main thread has handed on all events before `own'.
 * Returned is how far all threads have come. */
nstime crew_collect(struct crew *crew, nstime own);

/* Its interfaces and limits.  0 or -errno, logged. */
int crew_set(
    struct crew *crew, const struct options *options, struct config *config);

/* No thread reads from the first to the second: what they share with the main
 * thread may be looked at, or changed by crew_keep(). */
void crew_stop(struct crew *crew);
void crew_go_on(struct crew *crew);

/* Threads beside the main one. */
unsigned crew_count(const struct crew *crew);

/* While they are stopped: each thread keeps its latest packets in a ring of its
 * own, borrowed until another call.  NULL: none is kept. */
void crew_keep(struct crew *crew, struct packetring *const *rings);

/* Once a second. */
void crew_look_after(struct crew *crew);

/* Our clock may have been stepped. */
void crew_clock_set(struct crew *crew);

/* Add to `passages' what was captured and dropped since the last call. */
void crew_passages(struct crew *crew, struct passage passages[INTERFACES_MOST]);

/* Add to *counts, and all counters to *totals. */
void crew_counts(struct crew *crew, struct reader_counts *counts);
void crew_decrypted(struct crew *crew, struct decrypt_counts *counts);
void crew_totals(struct crew *crew, struct totals *totals);

/* Add what was seen on ports that are not listed. */
void crew_unlisted(struct crew *crew, struct porttally *tally);

#endif
