/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TCPHOLE_H
#define TCPHOLE_H

#include <sys/queue.h>

#include "base/budget.h"
#include "base/nstime.h"
#include "base/slice.h"

/*
 * What tcpstream keeps of a stream while octets of it are missing: the octets
 * behind them, in chunks.  Most streams have none at any time, so it is
 * allocated when the first octets are missing and freed when none are.
 */

enum {
	/* Chunks of one hole: bounds the search for the place of one. */
	TCPHOLE_CHUNKS = 512
};

struct tcpstream;

/* The last len - captured of its octets were cut off by the snaplen. */
struct tcphole_chunk {
	TAILQ_ENTRY(tcphole_chunk) entry; /* private */
	uint64_t offset;
	nstime now, wall;
	uint32_t len, captured;
	uint8_t octets[];
};

TAILQ_HEAD(tcphole_chunks, tcphole_chunk);
TAILQ_HEAD(tcphole_list, tcphole);

struct tcphole {
	struct tcpstream *stream;
	uint64_t beyond;     /* tcpstream's: given up to here .. */
	nstime beyond_since; /* .. a patience after this */
	/* Private. */
	TAILQ_ENTRY(tcphole) entry;
	struct tcphole_chunks chunks; /* by offset, no overlaps */
	uint32_t held;                /* octets of memory in them */
	uint16_t chunk_count;
};

/* Limits shared by all holes. */
struct tcphole_store {
	size_t octets;               /* of memory for all holes */
	size_t stream_octets;        /* .. and in the chunks of one */
	struct budget_share *memory; /* borrowed; NULL: no bounds */
	/* Gives up another hole, that is there for longer.  False: there is
	 * none.  NULL: never asked. */
	bool (*make_room)(void *arg);
	void *arg;
	size_t held; /* read it: of `octets' */
	/* Read it: those with chunks, the longest so first. */
	struct tcphole_list waiting;
};

void tcphole_init(struct tcphole_store *store);

/* NULL when there is no room, even after others gave way. */
struct tcphole *tcphole_new(
    struct tcphole_store *store, struct tcpstream *stream);

/* With its chunks. */
void tcphole_free(struct tcphole_store *store, struct tcphole *h);

/* NULL: there are none; `h' may be NULL. */
static inline struct tcphole_chunk *
tcphole_first(const struct tcphole *h)
{
	return h == NULL ? NULL : TAILQ_FIRST(&h->chunks);
}

/* The last chunk that begins at or before `offset', NULL if none does. */
struct tcphole_chunk *tcphole_before(const struct tcphole *h, uint64_t offset);

/*
 * Keep `octets', a copy, as the chunk after `before', NULL: as the first one,
 * with the numbers of `chunk'.  False, and nothing kept, when there is no room.
 */
bool tcphole_keep(struct tcphole_store *store, struct tcphole *h,
    struct tcphole_chunk *before, const struct tcphole_chunk *chunk,
    struct slice octets);

/* Take the first chunk out; tcphole_drop() frees it. */
struct tcphole_chunk *tcphole_take(
    struct tcphole_store *store, struct tcphole *h);
void tcphole_drop(struct tcphole_store *store, struct tcphole_chunk *chunk);

#endif
