/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/merge.h"

#include "unit/unit.h"

enum { MOST = 64 };

static nstime left[MOST];
static unsigned sources[MOST];
static size_t count;

static void
take(void *arg, const struct packet *packet)
{
	(void)arg;
	ck_assert_uint_lt(count, MOST);
	ck_assert_uint_eq(packet->octets.p[0], packet->source + 1);
	left[count] = packet->now;
	sources[count++] = packet->source;
}

static struct budget *budget;

static void
end(struct merge *m)
{
	merge_free(m);
	budget_free(budget);
}

static struct merge *
merge_of(size_t octets)
{
	count = 0;
	budget = budget_new(1 << 24);
	budget_reserve(budget, BUDGET_MERGE, octets);
	return merge_new(budget_share(budget, BUDGET_MERGE), take, NULL);
}

static void
input(struct merge *m, unsigned source, nstime now)
{
	const uint8_t octet = (uint8_t)(source + 1);
	const struct packet packet = {
		.octets = slice_of(&octet, 1),
		.len = 1,
		.source = source,
		.now = now,
	};

	merge_input(m, &packet);
}

START_TEST(packets_leave_in_order_of_their_stamps)
{
	struct merge *m = merge_of(1 << 20);

	input(m, 0, 1030 * NSTIME_MS);
	input(m, 0, 1040 * NSTIME_MS);
	input(m, 1, 1010 * NSTIME_MS);
	input(m, 1, 1035 * NSTIME_MS);
	merge_tick(m, 1035 * NSTIME_MS);
	ck_assert_uint_eq(count, 3);
	ck_assert_uint_eq(sources[0], 1);
	ck_assert_int_eq(left[1], 1030 * NSTIME_MS);
	ck_assert_int_eq(left[2], 1035 * NSTIME_MS);
	merge_flush(m);
	ck_assert_uint_eq(count, 4);
	end(m);
}
END_TEST

START_TEST(nothing_leaves_while_an_older_one_may_come)
{
	struct merge *m = merge_of(1 << 20);

	input(m, 0, 1000 * NSTIME_MS);
	merge_tick(m, 999 * NSTIME_MS);
	ck_assert_uint_eq(count, 0);
	merge_tick(m, 1000 * NSTIME_MS);
	ck_assert_uint_eq(count, 1);
	end(m);
}
END_TEST

START_TEST(a_packet_too_late_does_not_turn_time_back)
{
	struct merge *m = merge_of(1 << 20);

	input(m, 0, 1000 * NSTIME_MS);
	merge_tick(m, 1100 * NSTIME_MS);
	input(m, 1, 900 * NSTIME_MS);
	merge_flush(m);
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(left[1], 1000 * NSTIME_MS);
	end(m);
}
END_TEST

START_TEST(saved_is_bounded_by_letting_the_oldest_go_early)
{
	struct merge *m = merge_of(1024);

	for (int i = 0; i < 60; i++)
		input(m, 0, 1000 * NSTIME_MS + i);
	ck_assert_uint_gt(count, 40);
	merge_flush(m);
	ck_assert_uint_eq(count, 60);
	for (size_t i = 1; i < count; i++)
		ck_assert_int_ge(left[i], left[i - 1]);
	end(m);
}
END_TEST

UNIT("merge", packets_leave_in_order_of_their_stamps,
    nothing_leaves_while_an_older_one_may_come,
    a_packet_too_late_does_not_turn_time_back,
    saved_is_bounded_by_letting_the_oldest_go_early)
