/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/table.h"

#include "unit.h"

/* More than twice a segment of buckets, so that both directory and buckets
 * grow. */
enum { MANY = 20000 };

struct thing {
	struct table_entry entry; /* first: an entry is its thing */
	unsigned key;
};

static struct thing thing[MANY];

static const struct siphash_key key = { .k0 = 1, .k1 = 2 };

static bool
same_key(const struct table_entry *entry, const void *wanted)
{
	return ((const struct thing *)entry)->key == *(const unsigned *)wanted;
}

static struct table *
table_of(size_t limit)
{
	struct table *t = table_new(limit, &key, same_key);

	ck_assert_ptr_nonnull(t);
	for (unsigned i = 0; i < MANY; i++)
		thing[i].key = i;
	return t;
}

static uint64_t
hash_of(const struct table *t, unsigned k)
{
	return table_hash(t, slice_of(&k, sizeof(k)));
}

static bool
add(struct table *t, unsigned i)
{
	return table_add(t, &thing[i].entry, hash_of(t, thing[i].key));
}

static void *
find(const struct table *t, unsigned k)
{
	return table_find(t, hash_of(t, k), &k);
}

START_TEST(finds_the_added_entries_and_no_others)
{
	struct table *t = table_of(MANY);

	for (unsigned i = 0; i < MANY; i += 2)
		ck_assert(add(t, i));
	ck_assert_uint_eq(table_count(t), MANY / 2);
	for (unsigned i = 0; i < MANY; i++)
		ck_assert_ptr_eq(find(t, i), i % 2 == 0 ? &thing[i] : NULL);
	table_free(t);
}
END_TEST

START_TEST(removal_leaves_the_others)
{
	struct table *t = table_of(MANY);

	for (unsigned i = 0; i < MANY; i++)
		ck_assert(add(t, i));
	for (unsigned i = 0; i < MANY; i += 3)
		table_remove(t, &thing[i].entry);
	for (unsigned i = 0; i < MANY; i++)
		ck_assert_ptr_eq(find(t, i), i % 3 == 0 ? NULL : &thing[i]);
	table_free(t);
}
END_TEST

START_TEST(refuses_beyond_its_limit)
{
	struct table *t = table_of(2);

	ck_assert(add(t, 0));
	ck_assert(add(t, 1));
	ck_assert(!add(t, 2));
	ck_assert_ptr_null(find(t, 2));
	table_remove(t, &thing[0].entry);
	ck_assert(add(t, 2));
	table_free(t);
}
END_TEST

START_TEST(a_lower_limit_keeps_the_entries_there_are)
{
	struct table *t = table_of(3);

	ck_assert(add(t, 0));
	ck_assert(add(t, 1));
	table_set(t, 1);
	ck_assert_uint_eq(table_count(t), 2);
	ck_assert_ptr_eq(find(t, 0), &thing[0]);
	ck_assert(!add(t, 2));
	table_set(t, 3);
	ck_assert(add(t, 2));
	table_free(t);
}
END_TEST

START_TEST(equal_keys_are_found_newest_first)
{
	struct table *t = table_of(MANY);
	const unsigned k = 5;
	struct table_entry *found;

	for (unsigned i = 0; i < 3; i++)
		thing[i].key = k;
	for (unsigned i = 0; i < 3; i++)
		ck_assert(add(t, i));
	for (unsigned i = 100; i < MANY; i++) /* splits every bucket */
		ck_assert(add(t, i));
	found = find(t, k);
	ck_assert_ptr_eq(found, &thing[2].entry);
	found = table_find_next(t, found, &k);
	ck_assert_ptr_eq(found, &thing[1].entry);
	found = table_find_next(t, found, &k);
	ck_assert_ptr_eq(found, &thing[0].entry);
	ck_assert_ptr_null(table_find_next(t, found, &k));
	table_free(t);
}
END_TEST

START_TEST(walking_meets_each_entry_once)
{
	struct table *t = table_of(MANY);
	static unsigned char met[MANY];
	size_t count = 0;

	ck_assert_ptr_null(table_first(t));
	for (unsigned i = 0; i < MANY; i++)
		ck_assert(add(t, i));
	for (struct table_entry *e = table_first(t); e != NULL;
	     e = table_next(t, e)) {
		met[((struct thing *)e)->key]++;
		count++;
	}
	ck_assert_uint_eq(count, MANY);
	for (unsigned i = 0; i < MANY; i++)
		ck_assert_uint_eq(met[i], 1);
	table_free(t);
}
END_TEST

START_TEST(an_entry_may_be_removed_on_the_walk)
{
	struct table *t = table_of(MANY);
	struct table_entry *e, *next;

	for (unsigned i = 0; i < MANY; i++)
		ck_assert(add(t, i));
	for (e = table_first(t); e != NULL; e = next) {
		next = table_next(t, e);
		table_remove(t, e);
	}
	ck_assert_uint_eq(table_count(t), 0);
	ck_assert_ptr_null(table_first(t));
	table_free(t);
}
END_TEST

/* Hashes that differ in nothing a bucket looks at: slow, never wrong. */
START_TEST(colliding_hashes_are_distinguished_by_their_keys)
{
	struct table *t = table_of(MANY);

	for (unsigned i = 0; i < 100; i++)
		ck_assert(table_add(t, &thing[i].entry, 42));
	for (unsigned i = 0; i < 100; i++)
		ck_assert_ptr_eq(table_find(t, 42, &i), &thing[i]);
	for (unsigned i = 0; i < 100; i++)
		table_remove(t, &thing[i].entry);
	ck_assert_uint_eq(table_count(t), 0);
	table_free(t);
}
END_TEST

/* Entries with key `k' must be found in this order, newest first. */
static void
found_in_order(
    const struct table *t, unsigned k, struct thing *const *added, size_t count)
{
	struct table_entry *entry = table_find(t, (uint64_t)k << 32, &k);

	for (size_t i = count; i > 0; i--) {
		if (added[i - 1]->key != k)
			continue;
		ck_assert_ptr_eq(entry, &added[i - 1]->entry);
		entry = table_find_next(t, entry, &k);
	}
	ck_assert_ptr_null(entry);
}

/* However many a bucket holds, and in whatever order they go. */
START_TEST(a_crowded_bucket_keeps_its_order)
{
	enum { KEYS = 3, CROWD = 40 };
	struct table *t = table_of(MANY);
	struct thing *added[CROWD];
	unsigned chance = 1;
	size_t count = 0;

	for (unsigned turn = 0; turn < 3000; turn++) {
		chance = chance * 1103515245 + 12345;
		if (count < CROWD && (chance >> 16) % 100 < 50 + turn % 8) {
			struct thing *new = &thing[turn];

			new->key = (chance >> 8) % KEYS;
			ck_assert(table_add(
			    t, &new->entry, (uint64_t) new->key << 32));
			added[count++] = new;
		} else if (count > 0) {
			const size_t i = (chance >> 8) % count--;

			table_remove(t, &added[i]->entry);
			memmove(&added[i], &added[i + 1],
			    (count - i) * sizeof(added[0]));
		}
		for (unsigned k = 0; k < KEYS; k++)
			found_in_order(t, k, added, count);
	}
	ck_assert_uint_eq(table_count(t), count);
	table_free(t);
}
END_TEST

START_TEST(another_entry_takes_the_place_of_one)
{
	struct table *t = table_of(MANY);
	const unsigned one = 1;

	ck_assert(add(t, 1));
	thing[2].key = 1;
	table_replace(t, &thing[1].entry, &thing[2].entry);
	ck_assert_ptr_eq(find(t, one), &thing[2]);
	ck_assert_uint_eq(table_count(t), 1);
	table_remove(t, &thing[2].entry);
	ck_assert_ptr_null(find(t, one));
	table_free(t);
}
END_TEST

/* Whoever knows the function but not the secret can still choose keys. */
START_TEST(keys_that_collide_without_the_secret_are_spread_by_it)
{
	enum { CHOSEN = 500, LOW = 0xff };
	static const struct siphash_key none = { 0, 0 }, secret = { 7, 9 };
	unsigned buckets[LOW + 1] = { 0 }, fullest = 0, chosen = 0;

	for (uint64_t n = 0; chosen < CHOSEN; n++) {
		const struct slice octets = slice_of(&n, sizeof(n));
		unsigned *bucket;

		if ((siphash(&none, octets) & LOW) != 0)
			continue;
		chosen++;
		bucket = &buckets[siphash(&secret, octets) & LOW];
		if (++*bucket > fullest)
			fullest = *bucket;
	}
	ck_assert_uint_lt(fullest, 12);
}
END_TEST

/* Neighbors in any of its octets, as addresses of one network are. */
START_TEST(words_of_few_bits_are_spread_by_the_secret)
{
	enum { CHOSEN = 256, LOW = 0xff };
	struct table *t = table_of(MANY);

	for (unsigned shift = 0; shift <= 56; shift += 8) {
		unsigned buckets[LOW + 1] = { 0 }, tags[LOW + 1] = { 0 };

		for (uint64_t n = 0; n < CHOSEN; n++) {
			const uint64_t hash = table_hash_word(t, n << shift);

			ck_assert_uint_lt(++buckets[hash & LOW], 12);
			ck_assert_uint_lt(++tags[hash >> 56], 12);
		}
	}
	table_free(t);
}
END_TEST

START_TEST(the_memory_of_its_buckets_is_drawn_and_given_back)
{
	struct budget *budget = budget_new((size_t)1 << 24);
	struct budget_share *memory = budget_share(budget, BUDGET_PAIRS);
	struct table *t = table_new_drawing(MANY, &key, same_key, memory);

	for (unsigned i = 0; i < MANY; i++) {
		thing[i].key = i;
		ck_assert(add(t, i));
	}
	ck_assert_uint_gt(budget_percent(memory), 0);
	table_free(t);
	ck_assert_uint_eq(budget_percent(memory), 0);
	budget_free(budget);
}
END_TEST

UNIT("table", keys_that_collide_without_the_secret_are_spread_by_it,
    finds_the_added_entries_and_no_others, removal_leaves_the_others,
    refuses_beyond_its_limit, a_lower_limit_keeps_the_entries_there_are,
    equal_keys_are_found_newest_first, walking_meets_each_entry_once,
    an_entry_may_be_removed_on_the_walk,
    colliding_hashes_are_distinguished_by_their_keys,
    a_crowded_bucket_keeps_its_order, another_entry_takes_the_place_of_one,
    words_of_few_bits_are_spread_by_the_secret,
    the_memory_of_its_buckets_is_drawn_and_given_back)
