/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/table.h"

#include <endian.h>
#include <stdlib.h>

#include "base/prefetch.h"

/*
 * Linear hashing.  There are always `buckets' buckets, `round' is the largest
 * power of two not above it.  A hash belongs to bucket hash mod 2*round if
 * that bucket exists already, else to hash mod round.  When the load passes
 * half of SLOTS a bucket, two are added: each time bucket `buckets - round' is
 * split in two.  Buckets live in segments of SEGMENT that are allocated once.
 *
 * Entries are scattered in memory, so each one looked at is a cache miss.  A
 * bucket is a cache line that points to SLOTS entries, the newest last, with
 * an octet of each one's hash, so a search that finds nothing mostly reads no
 * entry.  Of more than SLOTS the older ones are chained behind slot[0], the
 * newest first; one of four bits shows which quarters of all hashes they are
 * of, or were since the chain began.
 */

enum { SLOTS = 7, SEGMENT = 64, LINE = 64 };

struct bucket {
	struct table_entry *slot[SLOTS];
	uint8_t tag[SLOTS];
	uint8_t used : 4; /* slots */
	uint8_t
	    chained : 4; /* quarters; not 0: there are more behind slot[0] */
};

enum { SEGMENT_OCTETS = SEGMENT * sizeof(struct bucket) };

_Static_assert(
    sizeof(struct bucket) >= offsetof(struct bucket, tag) + sizeof(uint64_t),
    "tags are read with the octet behind them");
_Static_assert(
    sizeof(void *) != 8 || sizeof(struct bucket) == LINE, "a cache line");

struct table {
	struct bucket **segments; /* directory, grown by doubling */
	size_t directory;         /* slots in it */
	size_t buckets, round;
	size_t count, limit;
	struct budget_share *memory;
	size_t drawn; /* segments */
	struct siphash_key key;
	table_equal *equal;
};

static struct bucket *
bucket_number(const struct table *t, size_t n)
{
	return &t->segments[n / SEGMENT][n % SEGMENT];
}

static size_t
number_of(const struct table *t, uint64_t hash)
{
	const size_t n = (size_t)hash & (2 * t->round - 1);

	return n < t->buckets ? n : n - t->round;
}

static struct bucket *
bucket_of(const struct table *t, uint64_t hash)
{
	return bucket_number(t, number_of(t, hash));
}

/* Bits of the hash that do not choose the bucket. */
static uint8_t
tag_of(uint64_t hash)
{
	return (uint8_t)(hash >> 56);
}

/* Other bits again. */
static uint8_t
quarter_of(uint64_t hash)
{
	return (uint8_t)(1U << (hash >> 54 & 3));
}

/* The bits that slots_tagged() may give of the oldest `count' slots. */
static uint64_t
oldest_slots(size_t count)
{
	return (UINT64_C(1) << 8 * count) - 1;
}

/*
 * The slots whose tag is the hash's, all compared at once: bit 8 n + 7 is that
 * of slot n.  How many are used is no matter for branch prediction.
 */
static uint64_t
slots_tagged(const struct bucket *b, uint64_t hash)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7f;
	uint64_t tags;

	/* And the octet behind them, which never counts. */
	memcpy(&tags, (const uint8_t *)b + offsetof(struct bucket, tag),
	    sizeof(tags));
	/* An octet is zero if it is equal; then its top bit alone is left. */
	tags = le64toh(tags) ^ tag_of(hash) * UINT64_C(0x0101010101010101);
	return ~(((tags & low) + low) | tags | low) & oldest_slots(b->used);
}

/* The newest of them, taken off; there is one. */
static size_t
next_slot(uint64_t *slots)
{
	const unsigned bit = 63 - (unsigned)__builtin_clzll(*slots);

	*slots ^= UINT64_C(1) << bit;
	return bit / 8;
}

static void
push(struct bucket *b, struct table_entry *entry)
{
	entry->next = NULL;
	if (b->used == SLOTS) {
		struct table_entry *oldest = b->slot[0];

		memmove(b->slot, b->slot + 1, (SLOTS - 1) * sizeof(*b->slot));
		memmove(b->tag, b->tag + 1, SLOTS - 1);
		b->slot[0]->next = oldest;
		b->used--;
		b->chained |= quarter_of(oldest->hash);
	}
	b->slot[b->used] = entry;
	b->tag[b->used++] = tag_of(entry->hash);
}

static bool
add_segment(struct table *t)
{
	const size_t segment = t->buckets / SEGMENT;
	const size_t octets = SEGMENT_OCTETS;

	if (segment == t->directory) {
		const size_t wanted = t->directory == 0 ? 4 : 2 * t->directory;
		void *grown =
		    realloc(t->segments, wanted * sizeof(t->segments[0]));

		if (grown == NULL)
			return false;
		t->segments = grown;
		t->directory = wanted;
	}
	t->segments[segment] = aligned_alloc(LINE, octets);
	if (t->segments[segment] == NULL)
		return false;
	memset(t->segments[segment], 0, octets);
	budget_note(t->memory, octets);
	t->drawn += t->memory != NULL;
	return true;
}

/* All entries of the bucket, as a list, the oldest first. */
static struct table_entry *
empty(struct bucket *b)
{
	struct table_entry *chained = b->chained != 0 ? b->slot[0]->next : NULL;
	struct table_entry *list = NULL;

	b->chained = 0;
	while (b->used > 0) {
		struct table_entry *newest = b->slot[--b->used];

		newest->next = list;
		list = newest;
	}
	while (chained != NULL) {
		struct table_entry *older = chained->next;

		chained->next = list;
		list = chained;
		chained = older;
	}
	return list;
}

/* Without memory for more buckets the table still works, only slower. */
static void
split_one_bucket(struct table *t)
{
	struct table_entry *entry, *next;
	struct bucket *low, *high;

	if (t->buckets % SEGMENT == 0 && !add_segment(t))
		return;
	low = bucket_number(t, t->buckets - t->round);
	high = bucket_number(t, t->buckets);
	for (entry = empty(low); entry != NULL; entry = next) {
		next = entry->next;
		push(entry->hash & t->round ? high : low, entry);
	}
	t->buckets++;
	if (t->buckets == 2 * t->round)
		t->round *= 2;
}

struct table *
table_new(size_t limit, const struct siphash_key *key, table_equal *equal)
{
	struct table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->key = *key;
	t->equal = equal;
	t->limit = limit;
	if (!add_segment(t)) {
		table_free(t);
		return NULL;
	}
	t->buckets = SEGMENT;
	t->round = SEGMENT;
	return t;
}

struct table *
table_new_drawing(size_t limit, const struct siphash_key *key,
    table_equal *equal, struct budget_share *memory)
{
	struct table *t = table_new(limit, key, equal);

	if (t != NULL)
		t->memory = memory;
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i * SEGMENT < t->buckets; i++)
		free(t->segments[i]);
	while (t->drawn-- > 0)
		budget_undo(t->memory, SEGMENT_OCTETS);
	free(t->segments);
	free(t);
}

void
table_set(struct table *t, size_t limit)
{
	t->limit = limit;
}

uint64_t
table_hash(const struct table *t, struct slice octets)
{
	return siphash(&t->key, octets);
}

/* Two multiplications by a secret; each shift brings the high bits, which
 * depend on all of the word, down to those that choose the bucket. */
uint64_t
table_hash_word(const struct table *t, uint64_t word)
{
	const uint64_t odd = (t->key.k0 ^ UINT64_C(0x9e3779b97f4a7c15)) | 1;
	uint64_t hash = (word ^ t->key.k1) * odd;

	hash = (hash ^ hash >> 32) * odd;
	return hash ^ hash >> 32;
}

/* The slot that the entry is in, or SLOTS: it is chained. */
static size_t
slot_of(const struct bucket *b, const struct table_entry *entry)
{
	uint64_t slots = slots_tagged(b, entry->hash);

	while (slots != 0) {
		const size_t slot = next_slot(&slots);

		if (b->slot[slot] == entry)
			return slot;
	}
	return SLOTS;
}

static struct table_entry *
find_chained(const struct table *t, struct table_entry *entry, uint64_t hash,
    const void *key)
{
	while (entry != NULL && (entry->hash != hash || !t->equal(entry, key)))
		entry = entry->next;
	return entry;
}

/* Among some slots and those chained behind them. */
static inline struct table_entry *
find_among(const struct table *t, const struct bucket *b, uint64_t slots,
    uint64_t hash, const void *key)
{
	while (slots != 0) {
		struct table_entry *entry = b->slot[next_slot(&slots)];

		if (entry->hash == hash && t->equal(entry, key))
			return entry;
	}
	if ((b->chained & quarter_of(hash)) == 0)
		return NULL;
	return find_chained(t, b->slot[0]->next, hash, key);
}

void
table_expect_entry(const struct table *t, uint64_t hash)
{
	const struct bucket *b = bucket_of(t, hash);
	uint64_t slots = slots_tagged(b, hash);

	/* An entry that begins in the middle of a cache line ends in the next.
	 */
	while (slots != 0) {
		const struct table_entry *entry = b->slot[next_slot(&slots)];

		prefetch_write(entry);
		prefetch_write((const uint8_t *)entry + LINE - 1);
	}
}

void
table_expect(const struct table *t, uint64_t hash)
{
	prefetch_write(bucket_of(t, hash));
}

struct table_entry *
table_find(const struct table *t, uint64_t hash, const void *key)
{
	const struct bucket *b = bucket_of(t, hash);

	return find_among(t, b, slots_tagged(b, hash), hash, key);
}

struct table_entry *
table_find_next(
    const struct table *t, const struct table_entry *entry, const void *key)
{
	const struct bucket *b = bucket_of(t, entry->hash);
	const size_t slot = slot_of(b, entry);

	if (slot == SLOTS)
		return find_chained(t, entry->next, entry->hash, key);
	/* The bits below its own. */
	return find_among(t, b,
	    slots_tagged(b, entry->hash) & oldest_slots(slot), entry->hash,
	    key);
}

bool
table_add(struct table *t, struct table_entry *entry, uint64_t hash)
{
	if (t->count >= t->limit)
		return false;
	for (int i = 0; i < 2 && 2 * t->count >= SLOTS * t->buckets; i++)
		split_one_bucket(t);
	entry->hash = hash;
	push(bucket_of(t, hash), entry);
	t->count++;
	return true;
}

static void
remove_chained(struct bucket *b, const struct table_entry *entry)
{
	struct table_entry *before = b->slot[0];

	while (before->next != entry)
		before = before->next;
	before->next = entry->next;
	if (b->slot[0]->next == NULL)
		b->chained = 0;
}

static void
remove_slot(struct bucket *b, size_t slot)
{
	b->used--;
	memmove(b->slot + slot, b->slot + slot + 1,
	    (b->used - slot) * sizeof(*b->slot));
	memmove(b->tag + slot, b->tag + slot + 1, b->used - slot);
}

/* A place is free: the newest of the chain takes it, as the oldest there. */
static void
unchain(struct bucket *b, struct table_entry *chained)
{
	memmove(b->slot + 1, b->slot, b->used * sizeof(*b->slot));
	memmove(b->tag + 1, b->tag, b->used);
	b->slot[1]->next = NULL;
	b->slot[0] = chained;
	b->tag[0] = tag_of(chained->hash);
	b->used++;
	if (chained->next == NULL)
		b->chained = 0;
}

void
table_remove(struct table *t, struct table_entry *entry)
{
	struct bucket *b = bucket_of(t, entry->hash);
	struct table_entry *chained = b->chained != 0 ? b->slot[0]->next : NULL;
	const size_t slot = slot_of(b, entry);

	if (slot == SLOTS)
		remove_chained(b, entry);
	else
		remove_slot(b, slot);
	if (slot != SLOTS && chained != NULL)
		unchain(b, chained);
	entry->next = NULL;
	t->count--;
}

size_t
table_count(const struct table *t)
{
	return t->count;
}

static struct table_entry *
first_from(const struct table *t, size_t number)
{
	for (; number < t->buckets; number++) {
		const struct bucket *b = bucket_number(t, number);

		if (b->used > 0)
			return b->slot[b->used - 1];
	}
	return NULL;
}

struct table_entry *
table_first(const struct table *t)
{
	return first_from(t, 0);
}

struct table_entry *
table_next(const struct table *t, const struct table_entry *entry)
{
	const size_t number = number_of(t, entry->hash);
	const struct bucket *b = bucket_number(t, number);
	const size_t slot = slot_of(b, entry);

	if (slot > 0 && slot < SLOTS)
		return b->slot[slot - 1];
	/* Behind slot[0], or in the chain. */
	return entry->next != NULL ? entry->next : first_from(t, number + 1);
}
