/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BUCKET_H
#define BUCKET_H

#include <endian.h>

#include "base/table.h"

/*
 * The buckets of a table.  Entries are scattered in memory, so each one looked
 * at is a cache miss.  A bucket is a cache line that points to BUCKET_SLOTS
 * entries, the newest last, with an octet of each one's hash, so a search that
 * finds nothing mostly reads no entry.  A full bucket is followed by another
 * for its older entries, which no hash belongs to; one of eight bits shows
 * which eighths of all tags those behind it are of, or were since it was full.
 * Only the last of such a chain has free slots.
 */

enum { BUCKET_SLOTS = 8, BUCKET_POINTER = 6, BUCKET_SEGMENT = 64 };

/* A pointer has 48 bits at most, so it takes six octets, the lowest first.
 * Zeroed at first. */
struct bucket {
	uint8_t entries[BUCKET_SLOTS * BUCKET_POINTER];
	uint64_t tags; /* an octet each, that of slot 0 the lowest */
	uint8_t older[BUCKET_POINTER]; /* the next of the chain, or NULL */
	uint8_t used;                  /* slots */
	uint8_t eighths;               /* of those behind it */
};

/* Where they come from.  Embedded, zeroed at first but for `memory'. */
struct bucket_supply {
	struct budget_share *memory; /* borrowed, or NULL */
	struct bucket *unused;       /* for chains, a chain themselves */
	struct bucket *segments;     /* that those are in */
	size_t drawn;                /* segments, of `memory' */
};

/* Frees those behind full ones; the segments that were asked for are the
 * caller's, but are given back to the budget here. */
void bucket_supply_done(struct bucket_supply *supply);

/* BUCKET_SEGMENT zeroed buckets, for free(); NULL when out of memory. */
struct bucket *bucket_segment(struct bucket_supply *supply);

/* As the newest.  False when out of memory. */
bool bucket_push(struct bucket_supply *supply, struct bucket *first,
    struct table_entry *entry);

/* Splits what is in `low' and behind it: entries whose hash has a bit of `bits'
 * go to `high', which is empty. */
void bucket_split(struct bucket_supply *supply, struct bucket *low,
    struct bucket *high, uint64_t bits);

/* Where an entry is. */
struct bucket_place {
	struct bucket *bucket;
	size_t slot;
};

/* It must be in the first bucket or behind it. */
struct bucket_place bucket_place(
    struct bucket *first, const struct table_entry *entry);
void bucket_remove(struct bucket_supply *supply, struct bucket *first,
    const struct table_entry *entry);

/* In the place of another of the same hash. */
void bucket_put(struct bucket_place at, const struct table_entry *entry);

/* At an octet of the bucket, with two more octets behind it. */
static inline void *
bucket_pointer(const struct bucket *b, size_t octet)
{
	const uint64_t bits = (UINT64_C(1) << 8 * BUCKET_POINTER) - 1;
	uint64_t octets;

	memcpy(&octets, (const uint8_t *)b + octet, sizeof(octets));
	return (void *)(uintptr_t)(le64toh(octets) & bits);
}

static inline struct table_entry *
bucket_entry(const struct bucket *b, size_t slot)
{
	return bucket_pointer(b, slot * BUCKET_POINTER);
}

/* NULL: it is the last of its chain. */
static inline struct bucket *
bucket_older(const struct bucket *b)
{
	return bucket_pointer(b, offsetof(struct bucket, older));
}

/* Bits of the hash that do not choose the bucket; never 0, the tag of a slot
 * that is not used. */
static inline uint64_t
bucket_tag(uint64_t hash)
{
	const uint64_t tag = hash >> 56;

	return tag + (tag == 0);
}

static inline uint8_t
bucket_eighth(uint64_t tag)
{
	return (uint8_t)(1U << (tag & 7));
}

/* The bits that bucket_tagged() may give of the oldest `count' slots, not of
 * all. */
static inline uint64_t
bucket_oldest(size_t count)
{
	return (UINT64_C(1) << 8 * count) - 1;
}

/*
 * The slots whose tag is the hash's, all compared at once: bit 8 n + 7 is that
 * of slot n.
 */
static inline uint64_t
bucket_tagged(const struct bucket *b, uint64_t hash)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7f;
	/* An octet is zero if it is equal; then its top bit alone is left. */
	const uint64_t differs =
	    b->tags ^ bucket_tag(hash) * UINT64_C(0x0101010101010101);

	return ~(((differs & low) + low) | differs | low);
}

/* The newest of them, taken off; there is one. */
static inline size_t
bucket_next_slot(uint64_t *slots)
{
	const unsigned bit = 63 - (unsigned)__builtin_clzll(*slots);

	*slots ^= UINT64_C(1) << bit;
	return bit / 8;
}

#endif
