/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/slab.h"

#include <stdint.h>
#include <string.h>

#include "unit/unit.h"

START_TEST(objects_do_not_overlap)
{
	enum { COUNT = 1000, OCTETS = 100 };
	struct slab *s = slab_new(OCTETS, NULL);
	uint8_t *objects[COUNT];

	for (int i = 0; i < COUNT; i++) {
		objects[i] = slab_take(s);
		memset(objects[i], i & 0xff, OCTETS);
	}
	for (int i = 0; i < COUNT; i++)
		for (int j = 0; j < OCTETS; j++)
			ck_assert_uint_eq(objects[i][j], i & 0xff);
	slab_free(s);
}
END_TEST

START_TEST(objects_begin_on_half_a_cache_line)
{
	struct slab *s = slab_new(100, NULL);

	for (int i = 0; i < 300; i++)
		ck_assert_uint_eq((uintptr_t)slab_take(s) % 32, 0);
	slab_free(s);
}
END_TEST

START_TEST(chunks_of_any_size_hold_whole_objects)
{
	static const size_t sizes[] = { 1, 224, 65536, 3000000 };
	static uint8_t *objects[7000000 / 32 + 1];

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct slab *s = slab_new(sizes[i], NULL);
		const size_t step = sizes[i] < 32 ? 32 : sizes[i];
		const size_t count = 7000000 / step;

		for (size_t k = 0; k < count; k++) {
			objects[k] = slab_take(s);
			memset(objects[k], (int)(k & 0xff), sizes[i]);
		}
		for (size_t k = 0; k < count; k++) {
			ck_assert_uint_eq(objects[k][0], k & 0xff);
			ck_assert_uint_eq(objects[k][sizes[i] - 1], k & 0xff);
		}
		slab_free(s);
	}
}
END_TEST

START_TEST(an_object_given_back_is_taken_next)
{
	struct slab *s = slab_new(24, NULL);
	void *first = slab_take(s);
	void *second = slab_take(s);

	slab_give(s, first);
	slab_give(s, second);
	ck_assert_ptr_eq(slab_take(s), second);
	ck_assert_ptr_eq(slab_take(s), first);
	slab_free(s);
}
END_TEST

START_TEST(objects_lie_within_its_span)
{
	struct budget *budget = budget_new((size_t)1 << 30);
	struct budget_share *memory = budget_share(budget, BUDGET_PAIRS);
	struct slab *s = slab_new(96, memory);
	const uint8_t *first = slab_take(s);
	const size_t count = 100000;

	for (size_t i = 1; i < count; i++) {
		const uint8_t *object = slab_take(s);

		ck_assert_ptr_nonnull(object);
		ck_assert_uint_lt((size_t)(object - first), SLAB_SPAN);
	}
	ck_assert_uint_ge(budget_use(budget, BUDGET_PAIRS).used, 96 * count);
	slab_free(s);
	ck_assert_uint_eq(budget_use(budget, BUDGET_PAIRS).used, 0);
	budget_free(budget);
}
END_TEST

UNIT("slab", objects_do_not_overlap, objects_lie_within_its_span,
    objects_begin_on_half_a_cache_line, chunks_of_any_size_hold_whole_objects,
    an_object_given_back_is_taken_next)
