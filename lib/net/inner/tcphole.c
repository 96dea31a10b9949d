/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcphole.h"

#include <string.h>

void
tcphole_init(struct tcphole_store *store)
{
	*store = (struct tcphole_store){ .held = 0 };
	TAILQ_INIT(&store->waiting);
}

/* NULL when there is no room. */
static void *
allocate(struct tcphole_store *store, size_t octets)
{
	void *memory = NULL;

	do {
		if (store->held + octets <= store->octets)
			memory = budget_alloc(store->memory, octets);
	} while (memory == NULL && store->make_room != NULL &&
	    store->make_room(store->arg));
	if (memory != NULL)
		store->held += octets;
	return memory;
}

static void
release(struct tcphole_store *store, void *memory, size_t octets)
{
	store->held -= octets;
	budget_release(store->memory, memory, octets);
}

struct tcphole *
tcphole_new(struct tcphole_store *store, struct tcpstream *stream)
{
	struct tcphole *h = allocate(store, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->stream = stream;
	TAILQ_INIT(&h->chunks);
	return h;
}

void
tcphole_free(struct tcphole_store *store, struct tcphole *h)
{
	while (!TAILQ_EMPTY(&h->chunks))
		tcphole_drop(store, tcphole_take(store, h));
	release(store, h, sizeof(*h));
}

struct tcphole_chunk *
tcphole_before(const struct tcphole *h, uint64_t offset)
{
	struct tcphole_chunk *chunk = tcphole_first(h);

	if (chunk == NULL || chunk->offset > offset)
		return NULL;
	chunk = TAILQ_LAST(&h->chunks, tcphole_chunks);
	while (chunk->offset > offset)
		chunk = TAILQ_PREV(chunk, tcphole_chunks, entry);
	return chunk;
}

static size_t
cost_of(size_t captured)
{
	return sizeof(struct tcphole_chunk) + captured;
}

static void
insert(struct tcphole_store *store, struct tcphole *h,
    struct tcphole_chunk *before, struct tcphole_chunk *chunk)
{
	if (before != NULL)
		TAILQ_INSERT_AFTER(&h->chunks, before, chunk, entry);
	else
		TAILQ_INSERT_HEAD(&h->chunks, chunk, entry);
	if (h->chunk_count == 0)
		TAILQ_INSERT_TAIL(&store->waiting, h, entry);
	h->chunk_count++;
	h->held += (uint32_t)cost_of(chunk->captured);
}

bool
tcphole_keep(struct tcphole_store *store, struct tcphole *h,
    struct tcphole_chunk *before, const struct tcphole_chunk *chunk,
    struct slice octets)
{
	const size_t cost = cost_of(octets.len);
	struct tcphole_chunk *kept;

	if (h->chunk_count >= TCPHOLE_CHUNKS ||
	    h->held + cost > store->stream_octets)
		return false;
	kept = allocate(store, cost);
	if (kept == NULL)
		return false;
	*kept = *chunk;
	kept->captured = (uint32_t)octets.len;
	if (octets.len > 0)
		memcpy(kept->octets, octets.p, octets.len);
	insert(store, h, before, kept);
	return true;
}

struct tcphole_chunk *
tcphole_take(struct tcphole_store *store, struct tcphole *h)
{
	struct tcphole_chunk *chunk = TAILQ_FIRST(&h->chunks);

	TAILQ_REMOVE(&h->chunks, chunk, entry);
	h->chunk_count--;
	h->held -= (uint32_t)cost_of(chunk->captured);
	if (h->chunk_count == 0)
		TAILQ_REMOVE(&store->waiting, h, entry);
	return chunk;
}

void
tcphole_drop(struct tcphole_store *store, struct tcphole_chunk *chunk)
{
	release(store, chunk, cost_of(chunk->captured));
}
