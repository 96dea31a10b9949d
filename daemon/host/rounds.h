/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ROUNDS_H
#define ROUNDS_H

#include <pthread.h>
#include <stdatomic.h>

/*
 * A thread that goes round by round: between two of them the main thread may
 * ask or change what is the thread's otherwise.  The main thread comes first:
 * it asks rarely, and does not stay.
 */

/* Embedded; private. */
struct rounds {
	pthread_mutex_t lock;
	pthread_cond_t free;
	atomic_uint asked; /* the main thread waits for the lock */
};

void rounds_init(struct rounds *r);
void rounds_done(struct rounds *r);

/* Of the thread, around each round. */
void rounds_begin(struct rounds *r);
void rounds_end(struct rounds *r);

/* Of the main thread: wait for the end of the round, and keep the thread from
 * the next one.  `meanwhile' is called until then, again and again; NULL: there
 * is nothing that the round could wait for. */
void rounds_pause(struct rounds *r, void (*meanwhile)(void *arg), void *arg);
void rounds_go_on(struct rounds *r);

#endif
