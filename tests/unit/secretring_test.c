/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys/secretring.h"

#include <pthread.h>

#include "unit/unit.h"

enum { ROOM = 8, MANY = 100000 };

static struct secrets_item
numbered(uint64_t number)
{
	return (struct secrets_item){ .id = { number, 1 } };
}

START_TEST(what_is_given_is_taken_in_order_around_the_end)
{
	struct secretring *r = secretring_new(ROOM);
	struct secrets_item item;

	for (uint64_t i = 0; i < 10 * ROOM; i += 3) {
		for (uint64_t n = i; n < i + 3; n++) {
			item = numbered(n);
			ck_assert(secretring_give(r, &item));
		}
		ck_assert_uint_eq(secretring_room(r), ROOM - 3);
		for (uint64_t n = i; n < i + 3; n++) {
			ck_assert(secretring_take(r, &item));
			ck_assert_uint_eq(item.id.a, n);
		}
		ck_assert(!secretring_take(r, &item));
	}
	ck_assert_uint_eq(secretring_lost(r), 0);
	secretring_free(r);
}
END_TEST

START_TEST(what_finds_no_room_is_counted_and_disturbs_nothing)
{
	struct secretring *r = secretring_new(ROOM);
	struct secrets_item item;

	for (uint64_t n = 0; n < ROOM; n++) {
		item = numbered(n);
		ck_assert(secretring_give(r, &item));
	}
	ck_assert_uint_eq(secretring_room(r), 0);
	ck_assert(!secretring_give(r, &item));
	ck_assert_uint_eq(secretring_lost(r), 1);
	for (uint64_t n = 0; n < ROOM; n++) {
		ck_assert(secretring_take(r, &item));
		ck_assert_uint_eq(item.id.a, n);
	}
	ck_assert(!secretring_take(r, &item));
	secretring_free(r);
}
END_TEST

static void *
give_many(void *arg)
{
	struct secretring *r = arg;

	for (uint64_t n = 0; n < MANY;) {
		const struct secrets_item item = numbered(n);

		if (secretring_room(r) > 0)
			n += secretring_give(r, &item);
		else
			sched_yield();
	}
	return NULL;
}

START_TEST(two_threads_need_no_lock)
{
	struct secretring *r = secretring_new(ROOM);
	struct secrets_item item;
	pthread_t giver;

	ck_assert_int_eq(pthread_create(&giver, NULL, give_many, r), 0);
	for (uint64_t n = 0; n < MANY;) {
		if (!secretring_take(r, &item)) {
			sched_yield();
			continue;
		}
		ck_assert_uint_eq(item.id.a, n++);
	}
	pthread_join(giver, NULL);
	ck_assert_uint_eq(secretring_lost(r), 0);
	secretring_free(r);
}
END_TEST

UNIT("secretring", what_is_given_is_taken_in_order_around_the_end,
    what_finds_no_room_is_counted_and_disturbs_nothing,
    two_threads_need_no_lock)
