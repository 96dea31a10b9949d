/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/slab.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

/*
 * Chunks are small until the slab is as large as a huge page, and of one
 * from then on.  Tens of thousands of objects that are touched in no order
 * need more small pages than a processor remembers the places of.
 */
enum {
	LINE = 64,
	HALF_LINE = 32,
	SMALL_CHUNK = 64 * 1024,
	HUGE_CHUNK = 2 * 1024 * 1024
};

/* Both are written to memory that is otherwise unused at the time. */
struct unused {
	struct unused *next;
};

struct chunk {
	struct chunk *next;
	size_t octets;
};

struct slab {
	struct budget_share *memory;
	size_t octets;
	struct unused *unused;
	struct chunk *chunks;
	size_t left;    /* objects of the newest chunk never taken */
	size_t chunked; /* octets of all chunks */
};

struct slab *
slab_new(size_t object_octets, struct budget_share *memory)
{
	struct slab *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->octets = (object_octets + HALF_LINE - 1) / HALF_LINE * HALF_LINE;
	s->memory = memory;
	return s;
}

void
slab_free(struct slab *s)
{
	if (s == NULL)
		return;
	while (s->chunks != NULL) {
		struct chunk *chunk = s->chunks;

		s->chunks = chunk->next;
		budget_release(s->memory, chunk, chunk->octets);
	}
	free(s);
}

/* Objects larger than a chunk have one each. */
static size_t
chunk_octets(const struct slab *s, size_t usual)
{
	return s->octets + LINE > usual ? s->octets + LINE : usual;
}

/* Where the budget has no room for a large chunk it may have some for a small
 * one. */
static size_t
draw(const struct slab *s)
{
	const size_t small = chunk_octets(s, SMALL_CHUNK);
	const size_t large = chunk_octets(s, HUGE_CHUNK);

	if (s->chunked >= HUGE_CHUNK && budget_take(s->memory, large))
		return large;
	return budget_take(s->memory, small) ? small : 0;
}

/* The chunk's own link takes the line before its first object. */
static bool
add_chunk(struct slab *s)
{
	const size_t octets = draw(s);
	struct chunk *chunk;

	if (octets == 0)
		return false;
	chunk = aligned_alloc(octets == HUGE_CHUNK ? HUGE_CHUNK : LINE, octets);
	if (chunk == NULL) {
		budget_give(s->memory, octets);
		return false;
	}
	/* Huge pages are an optimization: failure does no harm. */
	if (octets == HUGE_CHUNK)
		madvise(chunk, octets, MADV_HUGEPAGE);
	chunk->octets = octets;
	chunk->next = s->chunks;
	s->chunks = chunk;
	s->chunked += octets;
	s->left = (octets - LINE) / s->octets;
	return true;
}

static void *
take_from_chunk(struct slab *s)
{
	if (s->left == 0 && !add_chunk(s))
		return NULL;
	s->left--;
	return (uint8_t *)s->chunks + LINE + s->left * s->octets;
}

void *
slab_take(struct slab *s)
{
	struct unused *object = s->unused;

	if (object == NULL)
		return take_from_chunk(s);
	s->unused = object->next;
	return object;
}

void
slab_give(struct slab *s, void *object)
{
	struct unused *unused = object;

	unused->next = s->unused;
	s->unused = unused;
}
