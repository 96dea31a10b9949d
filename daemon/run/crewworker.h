/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CREWWORKER_H
#define CREWWORKER_H

#include <pthread.h>

#include "config/config.h"
#include "config/options.h"
#include "host/rounds.h"
#include "keys/keyhub.h"
#include "run/eventqueue.h"
#include "run/intake.h"

/*
 * One of the further threads that capture and read.  It goes round by round:
 * between two of them the main thread may ask or change something.
 */

struct crewworker_setup {
	unsigned readers; /* all threads that read, the main one too */
	const struct interfaces_fanout *fanout; /* borrowed */
	struct config *config;         /* borrowed until _init() returns */
	const struct siphash_key *key; /* borrowed */
	struct budget_share *memory;   /* of what waits between threads */
	size_t queue;                  /* octets of it, for this one */
	struct keyhub *keys; /* borrowed; NULL: nothing is decrypted */
	unsigned number;     /* in `keys' */
	const int *wake;     /* an eventfd: something is in the queue */
};

/* Embedded, zeroed at first.  What others may look at between _pause() and
 * _go_on() belongs to whoever holds the lock: the thread for each round, and
 * the main thread when it asks or changes something. */
struct crewworker {
	struct crewworker_setup setup;
	pthread_t thread;
	bool runs;
	int stop; /* an eventfd */

	struct rounds rounds;
	struct budget *budget;
	struct intake intake;
	nstime window; /* [capture] merge_window */
	struct interfaces *interfaces;
	struct reader *reader;
	int descriptors[INTERFACES_MOST]; /* -1: not open */
	uint64_t full;

	struct eventqueue *queue;
	nstime told;  /* how far it has come by the queue; the main thread's */
	size_t noted; /* for it, in the main thread's budget */
};

/* False: out of memory.  Either way the caller ends it with _done(). */
bool crewworker_init(
    struct crewworker *w, const struct crewworker_setup *setup);
void crewworker_done(struct crewworker *w);

bool crewworker_start(struct crewworker *w);

/* Its interfaces and limits, while it pauses.  0 or -errno, logged. */
int crewworker_set(
    struct crewworker *w, const struct options *options, struct config *config);

/* Wait for the end of its round, and keep it from the next one. */
void crewworker_pause(struct crewworker *w);
void crewworker_go_on(struct crewworker *w);

#endif
