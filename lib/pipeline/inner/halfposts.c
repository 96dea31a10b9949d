/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/halfposts.h"

#include <stdlib.h>

/* What a batch says before its halves is as long as two of them, and NATS adds
 * more, so that a batch waits for as many halves as the joining allows. */
#define BATCH_EACH NSTIME_S

/* A partition that heard nothing lately does not wait for us. */
#define FIRST_AFTER (200 * NSTIME_MS)

/* It waits with the last halves until it is told how far we are, and is told so
 * for that long. */
#define QUIET (10 * NSTIME_S)

enum { BATCH_FULL = WIRE_MOST - 1024 };

struct halfposts_post {
	struct wire_writer *writer; /* NULL: it never had any */
	uint64_t sequence;
	nstime used; /* the latest half */
	nstime due;  /* NSTIME_NEVER: quiet */
};

struct halfposts {
	struct sensor_setup setup;
	char name[WIRE_NAME];
	nstime due;   /* the earliest */
	nstime ahead; /* of the wall clock, when it was first asked for */
	uint64_t octets;
	struct halfposts_post posts[];
};

struct halfposts *
halfposts_new(const struct sensor_setup *setup)
{
	struct halfposts *p =
	    calloc(1, sizeof(*p) + setup->partitions * sizeof(p->posts[0]));
	struct textbuf name;

	if (p == NULL)
		return NULL;
	p->setup = *setup;
	textbuf_init(&name, p->name, sizeof(p->name));
	textbuf_add(&name, setup->name);
	p->due = p->ahead = NSTIME_NEVER;
	for (unsigned i = 0; i < setup->partitions; i++)
		p->posts[i].due = NSTIME_NEVER;
	return p;
}

void
halfposts_free(struct halfposts *p)
{
	if (p == NULL)
		return;
	for (unsigned i = 0; i < p->setup.partitions; i++)
		wire_writer_free(p->posts[i].writer);
	free(p);
}

static void
set_due(struct halfposts *p)
{
	p->due = NSTIME_NEVER;
	for (unsigned i = 0; i < p->setup.partitions; i++)
		if (p->posts[i].due < p->due)
			p->due = p->posts[i].due;
}

/* Whole, and where the wall clock was at first: so the header is shorter, and
 * what a partition makes of it is the same. */
static nstime
time_of(struct halfposts *p, nstime now, nstime wall)
{
	if (p->ahead == NSTIME_NEVER)
		p->ahead = wall - now;
	now += p->ahead;
	return now - now % NSTIME_MS;
}

static void
begin(struct halfposts *p, struct halfposts_post *post, nstime now, nstime wall)
{
	const nstime at = time_of(p, now, wall);

	wire_begin(post->writer, at, at + wall - now - p->ahead);
}

static void
send(struct halfposts *p, struct halfposts_post *post, nstime now, nstime wall)
{
	struct wire_header header = {
		.kind = WIRE_OBSERVED,
		.run = p->setup.run,
		.sequence = ++post->sequence,
		.reached = time_of(p, now, wall),
	};
	struct slice batch;

	begin(p, post, now, wall);
	memcpy(header.name, p->name, sizeof(header.name));
	batch = wire_end(post->writer, &header);
	p->octets += batch.len;
	p->setup.halves(
	    p->setup.arg, batch, (unsigned)(post - p->posts), post->sequence);
	post->due = nstime_passed(post->used, QUIET, now)
	    ? NSTIME_NEVER
	    : nstime_after(now, BATCH_EACH);
}

bool
halfposts_put(
    struct halfposts *p, const struct wire_half *half, nstime now, nstime wall)
{
	struct halfposts_post *post =
	    &p->posts[wire_partition(half->call, p->setup.partitions)];
	const struct wire_item item = { .kind = WIRE_HALF, .half = *half };

	if (post->writer == NULL)
		post->writer = wire_writer_new();
	if (post->writer == NULL)
		return false;
	begin(p, post, now, wall);
	post->used = now;
	if (post->due == NSTIME_NEVER)
		post->due = nstime_after(now, FIRST_AFTER);
	if (!wire_put(post->writer, &item))
		return false;
	if (wire_length(post->writer) >= BATCH_FULL)
		send(p, post, now, wall);
	set_due(p);
	return true;
}

void
halfposts_tick(struct halfposts *p, nstime now, nstime wall)
{
	if (p->due > now)
		return;
	for (unsigned i = 0; i < p->setup.partitions; i++)
		if (p->posts[i].due <= now)
			send(p, &p->posts[i], now, wall);
	set_due(p);
}

void
halfposts_finish(struct halfposts *p, nstime now, nstime wall)
{
	for (unsigned i = 0; i < p->setup.partitions; i++) {
		struct halfposts_post *post = &p->posts[i];

		if (post->writer != NULL && wire_begun(post->writer))
			send(p, post, now, wall);
	}
}

nstime
halfposts_next_deadline(const struct halfposts *p)
{
	return p->due;
}

uint64_t
halfposts_octets(const struct halfposts *p)
{
	return p->octets;
}
