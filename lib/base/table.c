/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/table.h"

#include <stdlib.h>

/*
 * Linear hashing.  There are always `buckets' buckets, `round' is the largest
 * power of two not above it.  A hash belongs to bucket hash mod 2*round if
 * that bucket exists already, else to hash mod round.  When the load passes
 * one entry in two buckets, two are added: each time bucket `buckets - round'
 * is split in two.  Buckets stand in segments of SEGMENT that are allocated
 * once.
 *
 * Entries are scattered in memory, so each one of a chain is a cache miss: at
 * a million entries half the load made the transaction table a fifth faster.
 */

enum { SEGMENT = 1024 };

struct table {
	struct table_entry ***segments; /* directory, grown by doubling */
	size_t directory;               /* slots in it */
	size_t buckets, round;
	size_t count, limit;
	struct siphash_key key;
	table_equal *equal;
};

static size_t
bucket_of(const struct table *t, uint64_t hash)
{
	const size_t bucket = (size_t)hash & (2 * t->round - 1);

	return bucket < t->buckets ? bucket : bucket - t->round;
}

static struct table_entry **
head_of(const struct table *t, size_t bucket)
{
	return &t->segments[bucket / SEGMENT][bucket % SEGMENT];
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
	t->segments[segment] = calloc(SEGMENT, sizeof(t->segments[0][0]));
	return t->segments[segment] != NULL;
}

/* Without memory for more buckets the table still works, only slower. */
static void
split_one_bucket(struct table *t)
{
	struct table_entry *old, **low, **high;

	if (t->buckets % SEGMENT == 0 && !add_segment(t))
		return;
	low = head_of(t, t->buckets - t->round);
	high = head_of(t, t->buckets);
	old = *low;
	*low = NULL;
	while (old != NULL) {
		struct table_entry *entry = old;
		struct table_entry ***end =
		    entry->hash & t->round ? &high : &low;

		old = entry->next;
		entry->next = NULL;
		**end = entry;
		*end = &entry->next;
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

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i * SEGMENT < t->buckets; i++)
		free(t->segments[i]);
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

static struct table_entry *
find_from(const struct table *t, struct table_entry *entry, uint64_t hash,
    const void *key)
{
	while (entry != NULL && (entry->hash != hash || !t->equal(entry, key)))
		entry = entry->next;
	return entry;
}

struct table_entry *
table_find(const struct table *t, uint64_t hash, const void *key)
{
	return find_from(t, *head_of(t, bucket_of(t, hash)), hash, key);
}

struct table_entry *
table_find_next(
    const struct table *t, const struct table_entry *entry, const void *key)
{
	return find_from(t, entry->next, entry->hash, key);
}

bool
table_add(struct table *t, struct table_entry *entry, uint64_t hash)
{
	struct table_entry **head;

	if (t->count >= t->limit)
		return false;
	for (int i = 0; i < 2 && 2 * t->count >= t->buckets; i++)
		split_one_bucket(t);
	head = head_of(t, bucket_of(t, hash));
	entry->hash = hash;
	entry->next = *head;
	*head = entry;
	t->count++;
	return true;
}

void
table_remove(struct table *t, struct table_entry *entry)
{
	struct table_entry **at = head_of(t, bucket_of(t, entry->hash));

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	entry->next = NULL;
	t->count--;
}

size_t
table_count(const struct table *t)
{
	return t->count;
}

static struct table_entry *
first_from(const struct table *t, size_t bucket)
{
	for (; bucket < t->buckets; bucket++)
		if (*head_of(t, bucket) != NULL)
			return *head_of(t, bucket);
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
	if (entry->next != NULL)
		return entry->next;
	return first_from(t, bucket_of(t, entry->hash) + 1);
}
