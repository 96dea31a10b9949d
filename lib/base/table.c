/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/table.h"

#include <stdlib.h>

#include "base/inner/bucket.h"
#include "base/prefetch.h"

/*
 * Linear hashing.  There are always `buckets' buckets, `round' is the largest
 * power of two not above it.  A hash belongs to bucket hash mod 2*round if
 * that bucket exists already, else to hash mod round.  When the load passes
 * LOAD of two buckets, two are added: each time bucket `buckets - round'
 * is split in two.  Buckets live in segments that are allocated once.
 */

/* Entries for two buckets. */
enum { LOAD = 9, SEGMENT = BUCKET_SEGMENT, LINE = 64 };

struct table {
	struct bucket **segments; /* directory, grown by doubling */
	size_t directory;         /* slots in it */
	size_t buckets, round;
	size_t count, limit;
	struct bucket_supply supply;
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

static bool
add_segment(struct table *t)
{
	const size_t segment = t->buckets / SEGMENT;

	if (segment == t->directory) {
		const size_t wanted = t->directory == 0 ? 4 : 2 * t->directory;
		void *grown =
		    realloc(t->segments, wanted * sizeof(t->segments[0]));

		if (grown == NULL)
			return false;
		t->segments = grown;
		t->directory = wanted;
	}
	t->segments[segment] = bucket_segment(&t->supply);
	return t->segments[segment] != NULL;
}

/* The next bucket that is split, and the one after it, are known: what they
 * take is prefetched, or each of their entries would be a cache miss. */
static void
expect_split(const struct table *t)
{
	const size_t next = t->buckets - t->round;
	const struct bucket *b = bucket_number(t, next);

	for (size_t i = 0; i < b->used; i++)
		prefetch_read(bucket_entry(b, i));
	if (b->used == BUCKET_SLOTS)
		prefetch_read(bucket_older(b));
	prefetch_read(bucket_number(t, next + 1));
}

/* Without memory for more buckets the table still works, only slower. */
static void
split_one_bucket(struct table *t)
{
	if (t->buckets % SEGMENT == 0 && !add_segment(t))
		return;
	bucket_split(&t->supply, bucket_number(t, t->buckets - t->round),
	    bucket_number(t, t->buckets), t->round);
	t->buckets++;
	if (t->buckets == 2 * t->round)
		t->round *= 2;
	expect_split(t);
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
		t->supply.memory = memory;
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i * SEGMENT < t->buckets; i++)
		free(t->segments[i]);
	bucket_supply_done(&t->supply);
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

static struct bucket_place
place_of(const struct table *t, const struct table_entry *entry)
{
	return bucket_place(bucket_of(t, entry->hash), entry);
}

/* Among some slots of a bucket. */
static inline struct table_entry *
find_among(const struct table *t, const struct bucket *b, uint64_t slots,
    uint64_t hash, const void *key)
{
	while (slots != 0) {
		struct table_entry *entry =
		    bucket_entry(b, bucket_next_slot(&slots));

		if (entry->hash == hash && t->equal(entry, key))
			return entry;
	}
	return NULL;
}

/* Rare, and so kept out of its callers. */
static __attribute__((noinline)) struct table_entry *
find_behind(const struct table *t, const struct bucket *b, uint64_t hash,
    const void *key)
{
	struct table_entry *found = NULL;

	while (found == NULL &&
	    (b->eighths & bucket_eighth(bucket_tag(hash))) != 0) {
		b = bucket_older(b);
		found = find_among(t, b, bucket_tagged(b, hash), hash, key);
	}
	return found;
}

void
table_expect_entry(const struct table *t, uint64_t hash)
{
	const struct bucket *b = bucket_of(t, hash);
	uint64_t slots = bucket_tagged(b, hash);

	/* What an entry is the first of goes on in the next cache line. */
	while (slots != 0) {
		const struct table_entry *entry =
		    bucket_entry(b, bucket_next_slot(&slots));

		prefetch_write(entry);
		prefetch_write((const uint8_t *)entry + LINE);
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
	struct table_entry *found =
	    find_among(t, b, bucket_tagged(b, hash), hash, key);

	if (found != NULL || b->eighths == 0)
		return found;
	return find_behind(t, b, hash, key);
}

struct table_entry *
table_find_next(
    const struct table *t, const struct table_entry *entry, const void *key)
{
	const uint64_t hash = entry->hash;
	const struct bucket *b = bucket_of(t, hash);
	const uint64_t slots = bucket_tagged(b, hash);
	struct bucket_place at;
	struct table_entry *found;

	/* Mostly there is but the entry itself. */
	if ((slots & (slots - 1)) == 0 && b->eighths == 0)
		return NULL;
	at = place_of(t, entry);
	/* The bits below its own. */
	found = find_among(t, at.bucket,
	    bucket_tagged(at.bucket, hash) & bucket_oldest(at.slot), hash, key);
	return found != NULL ? found : find_behind(t, at.bucket, hash, key);
}

bool
table_add(struct table *t, struct table_entry *entry, uint64_t hash)
{
	if (t->count >= t->limit)
		return false;
	for (int i = 0; i < 2 && 2 * t->count >= LOAD * t->buckets; i++)
		split_one_bucket(t);
	entry->hash = hash;
	if (!bucket_push(&t->supply, bucket_of(t, hash), entry))
		return false;
	t->count++;
	return true;
}

void
table_replace(
    struct table *t, const struct table_entry *entry, struct table_entry *by)
{
	by->hash = entry->hash;
	bucket_put(place_of(t, entry), by);
}

void
table_remove(struct table *t, struct table_entry *entry)
{
	bucket_remove(&t->supply, bucket_of(t, entry->hash), entry);
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
			return bucket_entry(b, b->used - 1);
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
	const struct bucket_place at = place_of(t, entry);
	const struct bucket *older = bucket_older(at.bucket);

	if (at.slot > 0)
		return bucket_entry(at.bucket, at.slot - 1);
	if (older != NULL)
		return bucket_entry(older, older->used - 1);
	return first_from(t, number_of(t, entry->hash) + 1);
}
