/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EVENTQUEUE_H
#define EVENTQUEUE_H

#include "pipeline/event.h"

/*
 * Events on their way from one thread to another, in order: a ring of octets
 * that holds whole copies.  One thread gives, one takes, and neither waits for
 * a lock while the other runs.  What is given becomes visible in batches, or
 * with eventqueue_push().
 */

struct eventqueue;

/* How time stands for what follows: all events before `now' were given. */
struct eventqueue_mark {
	nstime now;
	nstime ahead;  /* stamps of packets less `now' */
	nstime offset; /* our wall clock less `now' */
	bool dropped;  /* packets may be missing up to here */
};

/* `octets' at most are on their way.  The thread that gives a message makes its
 * keys with `key', so that the other need not look at the octets.  NULL when
 * out of memory. */
struct eventqueue *eventqueue_new(size_t octets, const struct siphash_key *key);
void eventqueue_free(struct eventqueue *q);

/* Of the thread that gives.  False: there is no room, and nothing is given. */
bool eventqueue_give(struct eventqueue *q, const struct event *event);
bool eventqueue_mark(struct eventqueue *q, const struct eventqueue_mark *mark);

/*
 * Messages in `area' are not copied.  Whoever gives them keeps their octets as
 * they are until all up to there was taken: eventqueue_given() is where that
 * is, and eventqueue_wait_taken() pushes and waits for it.
 */
void eventqueue_lend(struct eventqueue *q, struct slice area);
size_t eventqueue_given(const struct eventqueue *q);
void eventqueue_wait_taken(struct eventqueue *q, size_t given);

/* Events that were given and lost for want of memory. */
uint64_t eventqueue_lost(const struct eventqueue *q);

/* Make visible what was given.  False: nothing was since the last time. */
bool eventqueue_push(struct eventqueue *q);

/* Push, and wait until there is room again, or until all was taken. */
void eventqueue_wait_room(struct eventqueue *q);
void eventqueue_wait_empty(struct eventqueue *q);

/* No more comes: eventqueue_wait() returns false once all was taken. */
void eventqueue_end(struct eventqueue *q);

/*
 * Of the thread that takes.  The next entry: an event or a mark, the other is
 * NULL.  Both are borrowed until eventqueue_done(), which every entry takes.
 * False: nothing is visible.
 */
struct eventqueue_entry {
	const struct event *event;
	const struct eventqueue_mark *mark;
};
bool eventqueue_next(struct eventqueue *q, struct eventqueue_entry *entry);

/* The events behind this entry, the next one first, to prepare for them; NULL:
 * none is known. */
enum { EVENTQUEUE_AHEAD = 2 };
void eventqueue_peek(
    const struct eventqueue *q, const struct event *ahead[EVENTQUEUE_AHEAD]);

void eventqueue_done(struct eventqueue *q);

/* Wait for more.  False: it has ended. */
bool eventqueue_wait(struct eventqueue *q);

#endif
