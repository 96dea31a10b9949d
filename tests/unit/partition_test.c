/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/partition.h"

#include "base/totals.h"
#include "unit/fleetitems.h"

#define NOW FLEET_NOW

enum { OF = 2, SENSORS = 2, MOST = 1 << 16 };

static struct partition *partitions[OF];
static struct sensor *sensors[SENSORS];
static unsigned wanted, messages, halves, batches;
static uint8_t kept[MOST];
static size_t kept_len;
static unsigned kept_partition;
static nstime now;

static void
on_want(void *arg, struct slice batch)
{
	(void)arg;
	wanted++;
	for (int i = 0; i < SENSORS; i++)
		ck_assert(sensor_wanted(sensors[i], batch, now));
}

static void
count_message(const struct wire_item *item)
{
	ck_assert_uint_ne(item->kind, WIRE_HALF);
	messages +=
	    item->kind == WIRE_EVENT && item->event.kind == EVENT_MESSAGE;
}

/* To the leader. */
static void
on_batch(void *arg, struct slice batch, uint64_t sequence)
{
	(void)arg;
	(void)sequence;
	fleet_read(batch, count_message);
}

static void
count_half(const struct wire_item *item)
{
	(void)item;
	halves++;
}

static void
on_halves(void *arg, struct slice batch, unsigned partition, uint64_t sequence)
{
	const unsigned before = halves;

	(void)arg;
	ck_assert_uint_gt(sequence, 0);
	batches++;
	fleet_read(batch, count_half);
	if (halves > before) {
		memcpy(kept, batch.p, batch.len);
		kept_len = batch.len;
		kept_partition = partition;
	}
	ck_assert_int_eq(partition_input(partitions[partition], batch, now, 0),
	    JOINER_TAKEN);
}

static struct partition *
make(unsigned number)
{
	struct partition *p = partition_new(
	    &(struct partition_limits){
		.number = number, .of = OF, .halves = 100, .sensors = SENSORS },
	    on_want, NULL);

	ck_assert_ptr_nonnull(p);
	return p;
}

static void
begin(void)
{
	wanted = messages = 0;
	kept_len = 0;
	now = NOW;
	for (unsigned i = 0; i < OF; i++)
		partitions[i] = make(i);
	for (int i = 0; i < SENSORS; i++) {
		sensors[i] = fleet_sensor((struct sensor_setup){
		    .name = i == 0 ? "a" : "b",
		    .run = 1,
		    .batch = on_batch,
		    .partitions = OF,
		    .halves = on_halves,
		});
		sensor_tick(sensors[i], now, now);
	}
}

static void
end(void)
{
	for (unsigned i = 0; i < OF; i++)
		partition_free(partitions[i]);
	for (int i = 0; i < SENSORS; i++)
		sensor_free(sensors[i]);
}

static void
pass(nstime until)
{
	while (now < until) {
		now += 50 * NSTIME_MS;
		for (int i = 0; i < SENSORS; i++)
			sensor_tick(sensors[i], now, now);
		for (unsigned i = 0; i < OF; i++)
			partition_tick(partitions[i], now);
	}
}

static void
say(int sensor, const char *call, unsigned status)
{
	struct sip_message m;
	const struct event e = fleet_message(&m, call, status, now);

	sensor_input(sensors[sensor], &e);
}

/* In each partition the first transaction of two hosts is shown. */
static void
introduce(void)
{
	for (char call[] = "i0"; call[1] <= '9'; call[1]++) {
		say(0, call, 0);
		pass(now + 100 * NSTIME_MS);
		say(1, call, 200);
	}
	pass(now + 5 * NSTIME_S);
	wanted = messages = 0;
}

static uint64_t
count_of(const struct partition *p, const char *name)
{
	struct totals t = { 0 };

	partition_stats(p, totals_gather, &t);
	return totals_get(&t, name);
}

/* Whatever the call's hash: of both. */
static uint64_t
count(const char *name)
{
	return count_of(partitions[0], name) + count_of(partitions[1], name);
}

START_TEST(halves_of_two_sensors_come_to_one_partition_and_are_joined)
{
	uint64_t joined;

	begin();
	introduce();
	joined = count("halves.joined");
	for (char call[] = "c0"; call[1] <= '9'; call[1]++) {
		say(0, call, 0);
		pass(now + 50 * NSTIME_MS);
		say(1, call, 200);
	}
	pass(now + 5 * NSTIME_S);
	ck_assert_uint_eq(count("halves.joined"), joined + 10);
	ck_assert_uint_gt(count_of(partitions[0], "halves.joined"), 0);
	ck_assert_uint_gt(count_of(partitions[1], "halves.joined"), 0);
	ck_assert_uint_eq(wanted, 0);
	ck_assert_uint_eq(messages, 0);
	end();
}
END_TEST

START_TEST(of_a_request_that_stays_alone_the_leader_is_told_all)
{
	begin();
	introduce();
	say(0, "alone", 0);
	pass(now + 2 * NSTIME_S);
	ck_assert_uint_eq(count("halves.alone"), 1);
	ck_assert_uint_eq(wanted, 1);
	ck_assert_uint_eq(messages, 1);
	end();
}
END_TEST

START_TEST(what_another_judge_wants_is_not_wanted_again)
{
	struct wire_writer *w = wire_writer_new();
	struct slice want;

	begin();
	introduce();
	say(0, "asked", 0);
	pass(now + 600 * NSTIME_MS);
	want = fleet_want(w, "asked");
	for (unsigned i = 0; i < OF; i++)
		partition_wanted(partitions[i], want);
	pass(now + 2 * NSTIME_S);
	ck_assert_uint_eq(wanted, 0);
	wire_writer_free(w);
	end();
}
END_TEST

START_TEST(a_successor_goes_on_with_what_waits)
{
	struct record r[OF];

	begin();
	introduce();
	say(0, "alone", 0);
	pass(now + 600 * NSTIME_MS);
	for (unsigned i = 0; i < OF; i++) {
		struct cursor c;

		record_init(&r[i], MOST);
		partition_save(partitions[i], &r[i]);
		partition_free(partitions[i]);
		partitions[i] = make(i);
		c = cursor_over(slice_of(r[i].octets, r[i].len));
		ck_assert(partition_load(partitions[i], &c));
		record_done(&r[i]);
	}
	ck_assert_uint_eq(wanted, 0);
	pass(now + 2 * NSTIME_S);
	ck_assert_uint_eq(wanted, 1);
	ck_assert_uint_eq(count("partition.missed"), 0);
	end();
}
END_TEST

START_TEST(a_successor_takes_no_batch_twice)
{
	struct record r;
	struct cursor c;

	begin();
	say(0, "call", 0);
	pass(now + NSTIME_S);
	ck_assert_uint_gt(kept_len, 0);
	record_init(&r, MOST);
	partition_save(partitions[kept_partition], &r);
	partition_free(partitions[kept_partition]);
	partitions[kept_partition] = make(kept_partition);
	c = cursor_over(slice_of(r.octets, r.len));
	ck_assert(partition_load(partitions[kept_partition], &c));
	ck_assert_int_eq(partition_input(partitions[kept_partition],
			     slice_of(kept, kept_len), now, 0),
	    JOINER_REPLAYED);
	record_done(&r);
	end();
}
END_TEST

START_TEST(a_state_that_is_cut_is_refused)
{
	struct record r;

	begin();
	introduce();
	say(0, "alone", 0);
	pass(now + 600 * NSTIME_MS);
	record_init(&r, MOST);
	partition_save(partitions[kept_partition], &r);
	for (size_t i = 0; i < r.len; i++) {
		struct partition *p = make(kept_partition);
		uint8_t *cut = unit_exact(slice_of(r.octets, i));
		struct cursor c = cursor_over(slice_of(cut, i));

		ck_assert(!partition_load(p, &c));
		free(cut);
		partition_free(p);
	}
	record_done(&r);
	end();
}
END_TEST

START_TEST(halves_of_another_partition_and_other_items_are_counted)
{
	begin();
	say(0, "call", 0);
	pass(now + NSTIME_S);
	partition_input(
	    partitions[1 - kept_partition], slice_of(kept, kept_len), now, 0);
	ck_assert_uint_eq(count("partition.foreign"), 1);
	ck_assert_int_eq(
	    partition_input(partitions[0], slice_of(kept, 3), now, 0),
	    JOINER_REFUSED);
	ck_assert_uint_eq(count("partition.refused"), 1);
	end();
}
END_TEST

START_TEST(a_partition_without_halves_hears_nothing_after_ten_seconds)
{
	begin();
	say(0, "call", 0);
	pass(now + 20 * NSTIME_S);
	ck_assert_uint_gt(batches, 0);
	batches = 0;
	pass(now + 60 * NSTIME_S);
	ck_assert_uint_eq(batches, 0);
	end();
}
END_TEST

UNIT("partition", halves_of_two_sensors_come_to_one_partition_and_are_joined,
    of_a_request_that_stays_alone_the_leader_is_told_all,
    what_another_judge_wants_is_not_wanted_again,
    a_successor_goes_on_with_what_waits, a_successor_takes_no_batch_twice,
    a_state_that_is_cut_is_refused,
    halves_of_another_partition_and_other_items_are_counted,
    a_partition_without_halves_hears_nothing_after_ten_seconds)
