/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/halfposts.h"

#include "unit/fleetitems.h"

#define NOW FLEET_NOW

enum { OF = 3 };

static struct halfposts *posts;
static struct wire_reader *reader;
static unsigned batches[OF], halves[OF];
static struct wire_header header;

static void
on_halves(void *arg, struct slice batch, unsigned partition, uint64_t sequence)
{
	struct wire_item item;

	(void)arg;
	ck_assert_uint_lt(partition, OF);
	ck_assert_uint_eq(sequence, ++batches[partition]);
	ck_assert(wire_open(reader, batch, &header));
	while (wire_next(reader, &item) == WIRE_ITEM) {
		ck_assert_uint_eq(
		    wire_partition(item.half.call, OF), partition);
		halves[partition]++;
	}
}

static void
begin(void)
{
	const struct sensor_setup setup = {
		.name = "edge", .run = 9, .partitions = OF, .halves = on_halves
	};

	memset(batches, 0, sizeof(batches));
	memset(halves, 0, sizeof(halves));
	reader = wire_reader_new();
	posts = halfposts_new(&setup);
	ck_assert(posts != NULL && reader != NULL);
}

static void
end(void)
{
	halfposts_free(posts);
	wire_reader_free(reader);
}

static void
put(uint64_t call)
{
	ck_assert(halfposts_put(posts,
	    &(struct wire_half){ .call = call,
		.client = fleet_host(1, 0).address,
		.server = fleet_host(2, 5062),
		.now = NOW },
	    NOW, NOW));
}

static void
pass(nstime until)
{
	nstime due;

	while ((due = halfposts_next_deadline(posts)) <= until)
		halfposts_tick(posts, due, due);
}

START_TEST(each_half_goes_to_the_partition_of_its_call)
{
	begin();
	for (uint64_t call = 1; call <= 30; call++)
		put(call);
	pass(NOW + 300 * NSTIME_MS);
	for (unsigned i = 0; i < OF; i++) {
		ck_assert_uint_eq(halves[i], 10);
		ck_assert_uint_eq(batches[i], 1);
	}
	ck_assert_str_eq(header.name, "edge");
	ck_assert_uint_eq(header.run, 9);
	ck_assert_uint_gt(halfposts_octets(posts), 3);
	end();
}
END_TEST

START_TEST(a_partition_is_told_how_far_we_are_for_ten_seconds)
{
	begin();
	put(1);
	pass(NOW + 1200 * NSTIME_MS);
	ck_assert_uint_eq(batches[1], 2);
	ck_assert_int_eq(header.reached, NOW + 1200 * NSTIME_MS);
	pass(NOW + 60 * NSTIME_S);
	ck_assert_uint_eq(batches[1], 11);
	ck_assert_uint_eq(batches[0] + batches[2], 0);
	ck_assert_int_eq(halfposts_next_deadline(posts), NSTIME_NEVER);
	end();
}
END_TEST

START_TEST(halves_wait_a_second_but_for_the_first)
{
	begin();
	put(1);
	ck_assert_int_eq(halfposts_next_deadline(posts), NOW + 200 * NSTIME_MS);
	pass(NOW + 200 * NSTIME_MS);
	put(4);
	pass(NOW + 1199 * NSTIME_MS);
	ck_assert_uint_eq(halves[1], 1);
	pass(NOW + 1200 * NSTIME_MS);
	ck_assert_uint_eq(halves[1], 2);
	end();
}
END_TEST

START_TEST(times_are_those_of_the_wall_clock_at_first)
{
	const struct wire_half half = { .call = 1 };
	const nstime up = 77 * NSTIME_S + 5;

	begin();
	ck_assert(halfposts_put(posts, &half, up, up + NOW));
	halfposts_tick(posts, up + NSTIME_S, up + NOW + NSTIME_S);
	ck_assert_int_eq(header.now, NOW + 77 * NSTIME_S);
	ck_assert_int_eq(header.wall, header.now);
	ck_assert_int_eq(header.reached, header.now + NSTIME_S);
	halfposts_tick(posts, up + 2 * NSTIME_S, up + NOW + 9 * NSTIME_S);
	ck_assert_int_eq(header.now, NOW + 79 * NSTIME_S);
	ck_assert_int_eq(header.wall, header.now + 7 * NSTIME_S);
	end();
}
END_TEST

START_TEST(a_full_batch_is_sent_at_once)
{
	begin();
	for (uint64_t call = 0; batches[0] == 0; call += OF) {
		put(call);
		ck_assert_uint_lt(call, 100000);
	}
	ck_assert_uint_gt(halves[0], 1000);
	end();
}
END_TEST

START_TEST(the_end_sends_what_waits_and_no_beats)
{
	begin();
	put(1);
	pass(NOW + 20 * NSTIME_S);
	batches[1] = 0;
	halfposts_finish(posts, NOW + 20 * NSTIME_S, NOW + 20 * NSTIME_S);
	ck_assert_uint_eq(batches[1], 0);
	put(2);
	halfposts_finish(posts, NOW + 20 * NSTIME_S, NOW + 20 * NSTIME_S);
	ck_assert_uint_eq(halves[2], 1);
	end();
}
END_TEST

UNIT("halfposts", each_half_goes_to_the_partition_of_its_call,
    a_partition_is_told_how_far_we_are_for_ten_seconds,
    halves_wait_a_second_but_for_the_first,
    times_are_those_of_the_wall_clock_at_first, a_full_batch_is_sent_at_once,
    the_end_sends_what_waits_and_no_beats)
