/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/sensor.h"

#include "unit/fleetitems.h"

#define NOW FLEET_NOW

static struct sensor *sensor;
static struct wire_reader *reader;
static unsigned batches, items[WIRE_ITEMS];
static uint64_t sequence;
static struct wire_header header;

static void
on_batch(void *arg, struct slice batch, uint64_t number)
{
	struct wire_item item;

	(void)arg;
	batches++;
	ck_assert_uint_eq(number, ++sequence);
	ck_assert(wire_open(reader, batch, &header));
	while (wire_next(reader, &item) == WIRE_ITEM)
		items[item.kind]++;
}

static void
begin(void)
{
	batches = 0;
	sequence = 0;
	memset(items, 0, sizeof(items));
	reader = wire_reader_new();
	ck_assert_ptr_nonnull(reader);
	sensor = fleet_sensor((struct sensor_setup){
	    .name = "edge",
	    .run = 9,
	    .batch = on_batch,
	});
	sensor_tick(sensor, NOW, NOW + 5);
}

static void
end(void)
{
	sensor_free(sensor);
	wire_reader_free(reader);
}

static void
say(unsigned call, unsigned status, nstime now)
{
	char name[] = { 'c', (char)('0' + call % 64), (char)('0' + call / 64),
		'\0' };
	struct sip_message m;
	const struct event e = fleet_message(&m, name, status, now);

	sensor_input(sensor, &e);
}

START_TEST(it_beats_where_nothing_happens)
{
	begin();
	for (unsigned i = 1; i <= 100; i++)
		sensor_tick(
		    sensor, NOW + i * 10 * NSTIME_MS, NOW + i * 10 * NSTIME_MS);
	ck_assert_uint_eq(batches, 4);
	ck_assert_str_eq(header.name, "edge");
	ck_assert_uint_eq(header.run, 9);
	ck_assert_int_eq(header.reached, NOW + NSTIME_S);
	end();
}
END_TEST

START_TEST(of_what_is_well_the_first_is_shown_and_the_rest_is_a_tally)
{
	begin();
	for (unsigned i = 0; i < 500; i++) {
		say(i, 0, NOW + i * NSTIME_MS);
		say(i, 200, NOW + i * NSTIME_MS + 1);
	}
	sensor_tick(sensor, NOW + 2 * NSTIME_S, NOW + 2 * NSTIME_S);
	sensor_tick(sensor, NOW + 3 * NSTIME_S, NOW + 3 * NSTIME_S);
	ck_assert_uint_eq(items[WIRE_HALF], 0);
	/* It, and what was heard of its two hosts when it was shown. */
	ck_assert_uint_ge(items[WIRE_EVENT], 2);
	ck_assert_uint_le(items[WIRE_EVENT], 16);
	ck_assert_uint_eq(items[WIRE_TALLY], 1);
	ck_assert_uint_eq(header.messages, 1000);
	end();
}
END_TEST

START_TEST(a_server_of_interest_is_told_of_in_full)
{
	struct wire_writer *w = wire_writer_new();
	const struct wire_item interest = {
		.kind = WIRE_INTEREST,
		.interest = { fleet_host(2, 5062), 60 * NSTIME_S },
	};

	begin();
	wire_begin(w, 0, 0);
	wire_put(w, &interest);
	ck_assert(sensor_wanted(sensor,
	    wire_end(w, &(struct wire_header){ .kind = WIRE_WANTED }), NOW));
	for (unsigned i = 0; i < 50; i++) {
		say(i, 0, NOW + i * NSTIME_MS);
		say(i, 200, NOW + i * NSTIME_MS + 1);
	}
	sensor_tick(sensor, NOW + 2 * NSTIME_S, NOW + 2 * NSTIME_S);
	ck_assert_uint_ge(items[WIRE_EVENT], 100);
	wire_writer_free(w);
	end();
}
END_TEST

START_TEST(a_batch_of_a_sensor_is_no_want)
{
	struct wire_writer *w = wire_writer_new();

	begin();
	wire_begin(w, 0, 0);
	ck_assert(!sensor_wanted(sensor,
	    wire_end(w, &(struct wire_header){ .kind = WIRE_OBSERVED }), NOW));
	ck_assert(!sensor_wanted(sensor, slice_text("x"), NOW));
	wire_writer_free(w);
	end();
}
END_TEST

UNIT("sensor", it_beats_where_nothing_happens,
    of_what_is_well_the_first_is_shown_and_the_rest_is_a_tally,
    a_server_of_interest_is_told_of_in_full, a_batch_of_a_sensor_is_no_want)
