/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/slab.h"

#include <stdint.h>
#include <stdlib.h>

enum { LINE = 64, HALF_LINE = 32, CHUNK_OBJECTS = 256 };

/* Both stand in memory that holds nothing else at the time. */
struct unused {
	struct unused *next;
};

struct chunk {
	struct chunk *next;
};

struct slab {
	size_t octets;
	struct unused *unused;
	struct chunk *chunks;
	size_t left; /* objects of the newest chunk never taken */
};

struct slab *
slab_new(size_t object_octets)
{
	struct slab *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->octets =
		    (object_octets + HALF_LINE - 1) / HALF_LINE * HALF_LINE;
	return s;
}

void
slab_free(struct slab *s)
{
	if (s == NULL)
		return;
	while (s->chunks != NULL) {
		struct chunk *next = s->chunks->next;

		free(s->chunks);
		s->chunks = next;
	}
	free(s);
}

/* The chunk's own link takes the line before its first object. */
static void *
take_from_chunk(struct slab *s)
{
	if (s->left == 0) {
		struct chunk *chunk =
		    aligned_alloc(LINE, LINE + s->octets * CHUNK_OBJECTS);

		if (chunk == NULL)
			return NULL;
		chunk->next = s->chunks;
		s->chunks = chunk;
		s->left = CHUNK_OBJECTS;
	}
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
