/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/slab.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

/*
 * Addresses are reserved at once, so that objects lie side by side; memory is
 * drawn chunk by chunk.  Chunks are small until the slab is as large as a huge
 * page, and of one from then on.  Tens of thousands of objects that are touched
 * in no order need more small pages than a processor remembers the places of.
 */
enum { HALF_LINE = 32, SMALL_CHUNK = 64 * 1024, HUGE_CHUNK = 2 * 1024 * 1024 };

/* Written to memory that is otherwise unused at the time. */
struct unused {
	struct unused *next;
};

struct slab {
	struct budget_share *memory;
	size_t octets;
	struct unused *unused;
	void *reserved; /* from here on; objects begin at a huge page */
	uint8_t *objects;
	size_t span;   /* octets from the first object to the last's end */
	size_t taken;  /* octets, at one time or another */
	size_t drawn;  /* octets of all chunks */
	size_t chunks; /* how many */
};

/* Less, where addresses are limited. */
static bool
reserve(struct slab *s)
{
	size_t span = SLAB_SPAN;

	while (span > HUGE_CHUNK) {
		s->reserved = mmap(NULL, span, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (s->reserved != MAP_FAILED)
			break;
		span /= 2;
	}
	if (span <= HUGE_CHUNK)
		return false;
	s->objects = (uint8_t *)s->reserved + HUGE_CHUNK -
	    (uintptr_t)s->reserved % HUGE_CHUNK;
	s->span = span - HUGE_CHUNK;
	return true;
}

struct slab *
slab_new(size_t object_octets, struct budget_share *memory)
{
	struct slab *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->octets = (object_octets + HALF_LINE - 1) / HALF_LINE * HALF_LINE;
	s->memory = memory;
	if (reserve(s))
		return s;
	free(s);
	return NULL;
}

void
slab_free(struct slab *s)
{
	if (s == NULL)
		return;
	munmap(s->reserved, s->span + HUGE_CHUNK);
	if (s->memory != NULL)
		budget_undo(s->memory, s->drawn + s->chunks * BUDGET_OVERHEAD);
	free(s);
}

/* Where the budget has no room for a large chunk it may have some for a small
 * one. */
static size_t
draw(const struct slab *s)
{
	if (s->drawn >= HUGE_CHUNK && budget_take(s->memory, HUGE_CHUNK))
		return HUGE_CHUNK;
	return budget_take(s->memory, SMALL_CHUNK) ? SMALL_CHUNK : 0;
}

static bool
add_chunk(struct slab *s)
{
	const size_t octets = draw(s);
	uint8_t *chunk = s->objects + s->drawn;

	if (octets == 0)
		return false;
	if (octets > s->span - s->drawn ||
	    mprotect(chunk, octets, PROT_READ | PROT_WRITE) != 0) {
		budget_give(s->memory, octets);
		return false;
	}
	/* Huge pages are an optimization: failure does no harm. */
	if (octets == HUGE_CHUNK)
		madvise(chunk, octets, MADV_HUGEPAGE);
	s->drawn += octets;
	s->chunks++;
	return true;
}

/* An object may begin in one chunk and end in the next, or need several. */
static void *
take_new(struct slab *s)
{
	void *object = s->objects + s->taken;

	while (s->drawn - s->taken < s->octets)
		if (!add_chunk(s))
			return NULL;
	s->taken += s->octets;
	return object;
}

void *
slab_take(struct slab *s)
{
	struct unused *object = s->unused;

	if (object == NULL)
		return take_new(s);
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
