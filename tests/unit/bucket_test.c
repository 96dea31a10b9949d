/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/inner/bucket.h"

#include "unit.h"

enum { MANY = 100 };

static struct table_entry entry[MANY];

/* Entries of hashes that have the bit 1 if their number has. */
static void
fill(struct bucket_supply *supply, struct bucket *b, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		entry[i].hash = i & 1;
		ck_assert(bucket_push(supply, b, &entry[i]));
	}
}

/* Every `step'th of them from `first' on, the newest of which is `last'. */
static void
holds(const struct bucket *b, size_t first, size_t last, size_t step)
{
	size_t i = last;

	for (; b != NULL; b = bucket_older(b)) {
		for (size_t slot = b->used; slot > 0; i -= step)
			ck_assert_ptr_eq(bucket_entry(b, --slot), &entry[i]);
		ck_assert(b->used == BUCKET_SLOTS || bucket_older(b) == NULL);
	}
	ck_assert_uint_eq(i + step, first);
}

static size_t
chain(const struct bucket *b)
{
	size_t buckets = 0;

	for (; b != NULL; b = bucket_older(b))
		buckets++;
	return buckets;
}

START_TEST(a_full_bucket_is_followed_by_its_older_entries)
{
	struct bucket_supply supply = { .memory = NULL };
	struct bucket b = { .used = 0 };

	for (size_t count = 1; count <= MANY; count++) {
		b = (struct bucket){ .used = 0 };
		fill(&supply, &b, count);
		holds(&b, 0, count - 1, 1);
		ck_assert_uint_eq(
		    chain(&b), (count + BUCKET_SLOTS - 1) / BUCKET_SLOTS);
	}
	bucket_supply_done(&supply);
}
END_TEST

START_TEST(it_shows_which_eighths_of_tags_are_behind_it)
{
	struct bucket_supply supply = { .memory = NULL };
	struct bucket b = { .used = 0 };
	const uint64_t other = UINT64_C(2) << 56;

	fill(&supply, &b, BUCKET_SLOTS);
	ck_assert_uint_eq(b.eighths, 0);
	entry[BUCKET_SLOTS].hash = other;
	ck_assert(bucket_push(&supply, &b, &entry[BUCKET_SLOTS]));
	ck_assert_uint_ne(b.eighths & bucket_eighth(bucket_tag(0)), 0);
	ck_assert_uint_eq(b.eighths & bucket_eighth(bucket_tag(other)), 0);
	bucket_remove(&supply, &b, &entry[0]);
	ck_assert_uint_eq(b.eighths, 0);
	bucket_supply_done(&supply);
}
END_TEST

START_TEST(removal_from_anywhere_keeps_the_order)
{
	struct bucket_supply supply = { .memory = NULL };
	struct bucket b = { .used = 0 };

	fill(&supply, &b, MANY);
	for (size_t i = 0; i < MANY; i += 2)
		bucket_remove(&supply, &b, &entry[i]);
	holds(&b, 1, MANY - 1, 2);
	for (size_t i = 1; i < MANY; i += 2)
		bucket_remove(&supply, &b, &entry[i]);
	ck_assert_uint_eq(b.used, 0);
	ck_assert_ptr_null(bucket_older(&b));
	bucket_supply_done(&supply);
}
END_TEST

START_TEST(one_splits_in_two_of_the_same_order)
{
	for (size_t count = 2; count <= MANY; count += 2) {
		struct bucket_supply supply = { .memory = NULL };
		struct bucket low = { .used = 0 }, high = { .used = 0 };

		fill(&supply, &low, count);
		bucket_split(&supply, &low, &high, 1);
		holds(&low, 0, count - 2, 2);
		holds(&high, 1, count - 1, 2);
		bucket_supply_done(&supply);
	}
}
END_TEST

/* However the hashes fall, so that it cannot fail. */
START_TEST(a_split_needs_no_memory)
{
	for (size_t ones = 0; ones <= MANY; ones++) {
		struct bucket_supply supply = { .memory = NULL };
		struct bucket low = { .used = 0 }, high = { .used = 0 };
		size_t before;

		for (size_t i = 0; i < MANY; i++) {
			entry[i].hash = i * 37 % MANY < ones;
			ck_assert(bucket_push(&supply, &low, &entry[i]));
		}
		before = chain(&low) + chain(supply.unused);
		bucket_split(&supply, &low, &high, 1);
		ck_assert_uint_eq(
		    chain(&low) + chain(&high) + chain(supply.unused),
		    before + 1);
		bucket_supply_done(&supply);
	}
}
END_TEST

START_TEST(what_follows_full_ones_is_drawn_and_used_again)
{
	struct budget *budget = budget_new((size_t)1 << 24);
	struct budget_share *memory = budget_share(budget, BUDGET_PAIRS);
	struct bucket_supply supply = { .memory = memory };
	struct bucket b = { .used = 0 };
	size_t used;

	fill(&supply, &b, MANY);
	used = budget_use(budget, BUDGET_PAIRS).used;
	ck_assert_uint_eq(used, BUCKET_SEGMENT * sizeof(struct bucket));
	for (size_t i = 0; i < MANY; i++)
		bucket_remove(&supply, &b, &entry[i]);
	fill(&supply, &b, MANY);
	ck_assert_uint_eq(budget_use(budget, BUDGET_PAIRS).used, used);
	bucket_supply_done(&supply);
	ck_assert_uint_eq(budget_use(budget, BUDGET_PAIRS).used, 0);
	budget_free(budget);
}
END_TEST

UNIT("bucket", a_full_bucket_is_followed_by_its_older_entries,
    it_shows_which_eighths_of_tags_are_behind_it,
    removal_from_anywhere_keeps_the_order, one_splits_in_two_of_the_same_order,
    a_split_needs_no_memory, what_follows_full_ones_is_drawn_and_used_again)
