/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TABLE_H
#define TABLE_H

#include "base/budget.h"
#include "base/siphash.h"

/*
 * The one hash table of the house: keyed (SipHash), bounded, intrusive.
 *
 * An object that lives in a table embeds a struct table_entry; the table
 * allocates nothing per object and never owns one.  It grows by linear
 * hashing (Litwin 1980): each addition splits at most two buckets, so no
 * single call ever pays for a whole rehash, and buckets live in segments that
 * are never moved.
 */

struct table_entry {
	uint64_t hash; /* read it: the one it was added with */
};

/* Whether `entry' is the object that `key' describes; hashes are equal. */
typedef bool table_equal(const struct table_entry *entry, const void *key);

struct table;

/*
 * A table of at most `limit' entries.  `key' is copied.  NULL when out of
 * memory.  The caller frees it with table_free(), which forgets the entries
 * but does not touch them.
 */
struct table *table_new(
    size_t limit, const struct siphash_key *key, table_equal *equal);

/* The same, and the memory of its buckets is drawn from `memory', borrowed; or
 * NULL.  It is never refused: the entries' owner is, who draws more. */
struct table *table_new_drawing(size_t limit, const struct siphash_key *key,
    table_equal *equal, struct budget_share *memory);
void table_free(struct table *table);

/* Allow more or fewer from now on; entries above a lower limit stay. */
void table_set(struct table *table, size_t limit);

uint64_t table_hash(const struct table *table, struct slice octets);

/* The hash of one word, for what comes with every packet: several times as
 * fast.  Nobody who does not know the key can choose words that collide. */
uint64_t table_hash_word(const struct table *table, uint64_t word);

/* Prefetch the bucket of a hash that will be found, added or removed soon. */
void table_expect(const struct table *table, uint64_t hash);

/* Prefetch the entries likely to match; the bucket should be in the cache by
 * now. */
void table_expect_entry(const struct table *table, uint64_t hash);

/* The entry with `hash' for which equal(entry, key) holds, or NULL. */
struct table_entry *table_find(
    const struct table *table, uint64_t hash, const void *key);

/* The next entry after `entry' that matches too, or NULL: equal keys may be
 * added more than once, and are found newest first. */
struct table_entry *table_find_next(const struct table *table,
    const struct table_entry *entry, const void *key);

/* False, and nothing added, at the limit or when out of memory. */
bool table_add(struct table *table, struct table_entry *entry, uint64_t hash);

/* `by' takes the place of `entry', with its hash. */
void table_replace(struct table *table, const struct table_entry *entry,
    struct table_entry *by);

/* `entry' must be in the table. */
void table_remove(struct table *table, struct table_entry *entry);

size_t table_count(const struct table *table);

/*
 * Any entry, or NULL if the table is empty; table_next() goes on from there
 * in no particular order.  Between the two only `entry' itself may be
 * removed, after its successor was asked for.
 */
struct table_entry *table_first(const struct table *table);
struct table_entry *table_next(
    const struct table *table, const struct table_entry *entry);

#endif
