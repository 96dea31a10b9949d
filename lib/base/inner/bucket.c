/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/inner/bucket.h"

#include <assert.h>
#include <stdlib.h>

enum { LINE = 64, SEGMENT_OCTETS = BUCKET_SEGMENT * sizeof(struct bucket) };

_Static_assert(sizeof(struct bucket) == LINE, "a cache line");

static void
set_pointer(uint8_t octets[BUCKET_POINTER], const void *pointer)
{
	const uint64_t bits = htole64((uintptr_t)pointer);

	assert((uint64_t)(uintptr_t)pointer >> 8 * BUCKET_POINTER == 0);
	memcpy(octets, &bits, BUCKET_POINTER);
}

static void
set_older(struct bucket *b, const struct bucket *older)
{
	set_pointer(b->older, older);
}

static uint8_t *
entries_from(struct bucket *b, size_t slot)
{
	return b->entries + slot * BUCKET_POINTER;
}

void
bucket_put(struct bucket_place at, const struct table_entry *entry)
{
	set_pointer(entries_from(at.bucket, at.slot), entry);
}

/* Of an entry, what a bucket holds.  While it moves from bucket to bucket it is
 * not looked at: it would be a cache miss. */
struct slot {
	const struct table_entry *entry;
	uint64_t tag;
};

/* Slot `number' is not used. */
static void
put(struct bucket *b, size_t number, struct slot slot)
{
	set_pointer(entries_from(b, number), slot.entry);
	b->tags |= slot.tag << 8 * number;
}

static struct slot
slot_at(const struct bucket *b, size_t number)
{
	return (struct slot){ bucket_entry(b, number),
		b->tags >> 8 * number & 0xff };
}

void
bucket_supply_done(struct bucket_supply *supply)
{
	while (supply->segments != NULL) {
		struct bucket *segment = supply->segments;

		supply->segments = bucket_older(segment);
		free(segment);
	}
	while (supply->drawn-- > 0)
		budget_undo(supply->memory, SEGMENT_OCTETS);
}

struct bucket *
bucket_segment(struct bucket_supply *supply)
{
	struct bucket *segment = aligned_alloc(LINE, SEGMENT_OCTETS);

	if (segment == NULL)
		return NULL;
	memset(segment, 0, SEGMENT_OCTETS);
	budget_note(supply->memory, SEGMENT_OCTETS);
	supply->drawn += supply->memory != NULL;
	return segment;
}

static void
release(struct bucket_supply *supply, struct bucket *b)
{
	*b = (struct bucket){ .used = 0 };
	set_older(b, supply->unused);
	supply->unused = b;
}

/* The first bucket of a segment links it to the others. */
static bool
supply_more(struct bucket_supply *supply)
{
	struct bucket *segment = bucket_segment(supply);

	if (segment == NULL)
		return false;
	set_older(segment, supply->segments);
	supply->segments = segment;
	for (size_t i = BUCKET_SEGMENT - 1; i > 0; i--)
		release(supply, &segment[i]);
	return true;
}

/* A chain that is full grows by a bucket.  False when out of memory. */
static bool
make_room(struct bucket_supply *supply, struct bucket *b)
{
	struct bucket *added;

	while (bucket_older(b) != NULL)
		b = bucket_older(b);
	if (b->used < BUCKET_SLOTS)
		return true;
	if (supply->unused == NULL && !supply_more(supply))
		return false;
	added = supply->unused;
	supply->unused = bucket_older(added);
	set_older(added, NULL);
	set_older(b, added);
	return true;
}

/* The oldest, for which the newest takes a place. */
static struct slot
push_out(struct bucket *b, struct slot newest)
{
	const struct slot oldest = slot_at(b, 0);
	const size_t others = BUCKET_SLOTS - 1;

	memmove(b->entries, entries_from(b, 1), others * BUCKET_POINTER);
	b->tags >>= 8;
	put(b, others, newest);
	b->eighths |= bucket_eighth(oldest.tag);
	return oldest;
}

/* Rare, and so kept out of its callers. */
static __attribute__((noinline)) bool
push_into_full(struct bucket_supply *supply, struct bucket *b, struct slot slot)
{
	if (!make_room(supply, b))
		return false;
	while (b->used == BUCKET_SLOTS) {
		slot = push_out(b, slot);
		b = bucket_older(b);
	}
	put(b, b->used++, slot);
	return true;
}

static bool
push(struct bucket_supply *supply, struct bucket *b, struct slot slot)
{
	if (b->used == BUCKET_SLOTS)
		return push_into_full(supply, b, slot);
	put(b, b->used++, slot);
	return true;
}

bool
bucket_push(
    struct bucket_supply *supply, struct bucket *b, struct table_entry *entry)
{
	return push(supply, b, (struct slot){ entry, bucket_tag(entry->hash) });
}

/* Turns a chain round: the oldest of it is first. */
static struct bucket *
oldest_first(struct bucket *b)
{
	struct bucket *newer = NULL;

	for (;;) {
		struct bucket *older = bucket_older(b);

		set_older(b, newer);
		if (older == NULL)
			return b;
		newer = b;
		b = older;
	}
}

/* Each bucket of the chain is unused once it is empty, and two chains of what
 * is in one need no more of them than that had, so there is always memory. */
void
bucket_split(struct bucket_supply *supply, struct bucket *low,
    struct bucket *high, uint64_t bits)
{
	struct bucket first = *low, *b, *newer;

	*low = (struct bucket){ .used = 0 };
	for (b = oldest_first(&first); b != NULL; b = newer) {
		for (size_t i = 0; i < b->used; i++) {
			const struct slot slot = slot_at(b, i);

			push(
			    supply, slot.entry->hash & bits ? high : low, slot);
		}
		newer = bucket_older(b);
		if (b != &first)
			release(supply, b);
	}
}

struct bucket_place
bucket_place(struct bucket *b, const struct table_entry *entry)
{
	for (;; b = bucket_older(b)) {
		uint64_t slots = bucket_tagged(b, entry->hash);

		while (slots != 0) {
			const size_t slot = bucket_next_slot(&slots);

			if (bucket_entry(b, slot) == entry)
				return (struct bucket_place){ b, slot };
		}
	}
}

static void
remove_slot(struct bucket *b, size_t slot)
{
	const uint64_t kept = bucket_oldest(slot);
	const size_t newer = --b->used - slot;

	memmove(entries_from(b, slot), entries_from(b, slot + 1),
	    newer * BUCKET_POINTER);
	b->tags = (b->tags & kept) | (b->tags >> 8 & ~kept);
}

/* A slot is free: the newest of the next bucket takes it, as the oldest. */
static void
pull_in(struct bucket *b, struct bucket *older)
{
	const size_t newest = --older->used;

	memmove(entries_from(b, 1), b->entries, b->used * BUCKET_POINTER);
	memcpy(b->entries, entries_from(older, newest), BUCKET_POINTER);
	b->tags = b->tags << 8 | (older->tags >> 8 * newest & 0xff);
	older->tags &= bucket_oldest(newest);
	b->used++;
}

/* The last of a chain is empty, and there are others. */
static void
unlink_last(struct bucket_supply *supply, struct bucket *b)
{
	while (bucket_older(b)->used > 0)
		b = bucket_older(b);
	release(supply, bucket_older(b));
	set_older(b, NULL);
	b->eighths = 0;
}

void
bucket_remove(struct bucket_supply *supply, struct bucket *first,
    const struct table_entry *entry)
{
	const struct bucket_place at = bucket_place(first, entry);
	struct bucket *b = at.bucket, *older;

	remove_slot(b, at.slot);
	for (; (older = bucket_older(b)) != NULL; b = older)
		pull_in(b, older);
	if (b->used == 0 && b != first)
		unlink_last(supply, first);
}
