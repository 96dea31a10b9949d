/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CALLS_H
#define CALLS_H

#include "base/counter.h"
#include "pipeline/inner/callleg.h"
#include "pipeline/wire.h"

/*
 * The calls that a sensor sees, by Call-ID: whether every leg of every request
 * in them went well as far as it is seen here.  Their events are held back so
 * long that a call in trouble can be told from its beginning; those of the
 * others are dropped.
 *
 * A call is told as a whole: its legs, hops, attempts elsewhere, CANCEL, ACK
 * and later requests say something about one another.
 */

struct calls;

struct calls_limits {
	size_t calls;               /* the longest unused is forgotten */
	struct callleg_times times; /* a told call is kept as one that rings */
	struct siphash_key key;
};

struct calls_output {
	/* It is told; `well': its call ended well. */
	void (*event)(void *arg, const struct event *event, bool well);
	void (*half)(void *arg, const struct wire_half *half);
	void *arg;
};

/* NULL when out of memory; the caller frees it. */
struct calls *calls_new(
    const struct calls_limits *limits, const struct calls_output *output);
void calls_free(struct calls *c);

/* A message of `call', its wire_call().  True: the call is told, and so was the
 * message. */
bool calls_message(struct calls *c, uint64_t call, const struct event *event);

/* Was the last one a copy of a response? */
bool calls_again(const struct calls *c);

/* Something that belongs to the message that was last put in. */
void calls_attach(struct calls *c, const struct event *event);

/* Is nothing expected of the call of the last message?  Then show it: what is
 * held back of it is told, and no more. */
bool calls_settled(const struct calls *c);
void calls_show(struct calls *c);

/* Tell of this call, held back or yet to come. */
void calls_tell(struct calls *c, uint64_t call, nstime now);

void calls_tick(struct calls *c, nstime now);
nstime calls_next_deadline(const struct calls *c);

/* Tell of all that has not ended well. */
void calls_finish(struct calls *c);

size_t calls_count(const struct calls *c);

/* calls.evicted, calls.no_memory, calls.told, calls.halves */
void calls_stats(const struct calls *c, counter_output *output, void *arg);

#endif
