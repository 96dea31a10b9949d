/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetstatus.h"

#include <jansson.h>

#include "unit/fleetfake.h"
#include "unit/fleetitems.h"

static struct joiner *joiner;
static struct fleetspread *spread;
static struct fleetdoor_member member;

static void
on_alert(void *arg, const struct alert_event *event)
{
	(void)arg;
	(void)event;
}

static void
on_want(void *arg, struct slice batch)
{
	(void)arg;
	(void)batch;
}

static void
begin(void)
{
	const struct joiner_limits limits = fleet_joiner();

	member = fleetfake_member("j");
	joiner = joiner_new(
	    &limits, &(struct joiner_output){ on_alert, on_want, NULL, NULL });
	spread = fleetspread_new(&(struct fleetspread_setup){
	    .member = &member, .partitions = 3, .halves = 1, .sensors = 1 });
	ck_assert(joiner != NULL && spread != NULL);
}

static json_t *
status(void)
{
	char *text = fleetstatus_write(joiner, "j", spread);
	json_t *all = json_loads(text, 0, NULL);

	ck_assert_ptr_nonnull(all);
	free(text);
	return all;
}

static void
end(json_t *all)
{
	json_decref(all);
	joiner_free(joiner);
	fleetspread_free(spread);
}

START_TEST(it_names_the_judge_and_is_empty_at_first)
{
	json_t *all;

	begin();
	all = status();
	ck_assert_str_eq(json_string_value(json_object_get(all, "judge")), "j");
	ck_assert_uint_eq(json_array_size(json_object_get(all, "sensors")), 0);
	ck_assert_uint_eq(json_array_size(json_object_get(all, "alerts")), 0);
	ck_assert_uint_eq(json_array_size(json_object_get(all, "clocks")), 0);
	end(all);
}
END_TEST

START_TEST(a_sensor_is_shown_as_it_was_heard)
{
	struct wire_writer *w = wire_writer_new();
	const struct wire_header header = { .kind = WIRE_OBSERVED,
		.name = "edge",
		.run = 1,
		.sequence = 1,
		.now = FLEET_NOW,
		.wall = FLEET_NOW,
		.reached = FLEET_NOW,
		.messages = 42,
		.drops = 7 };
	const json_t *sensor;
	json_t *all;

	begin();
	wire_begin(w, FLEET_NOW, FLEET_NOW);
	joiner_input(joiner, wire_end(w, &header), FLEET_NOW, 0);
	all = status();
	sensor = json_array_get(json_object_get(all, "sensors"), 0);
	ck_assert_str_eq(
	    json_string_value(json_object_get(sensor, "sensor")), "edge");
	ck_assert(json_is_false(json_object_get(sensor, "lost")));
	ck_assert_int_eq(
	    json_integer_value(json_object_get(sensor, "messages")), 42);
	ck_assert_int_eq(
	    json_integer_value(json_object_get(sensor, "drops")), 7);
	wire_writer_free(w);
	end(all);
}
END_TEST

START_TEST(the_judge_of_each_partition_is_named)
{
	const json_t *partitions;
	json_t *all;

	begin();
	all = status();
	partitions = json_object_get(all, "partitions");
	ck_assert_uint_eq(json_array_size(partitions), 3);
	ck_assert_str_eq(json_string_value(json_array_get(partitions, 0)), "");
	json_decref(all);
	for (int i = 0; i < 100; i++) {
		fleetfake_pass(100 * NSTIME_MS);
		fleetspread_run(spread);
	}
	all = status();
	partitions = json_object_get(all, "partitions");
	for (size_t i = 0; i < 3; i++)
		ck_assert_str_eq(
		    json_string_value(json_array_get(partitions, i)), "j");
	end(all);
}
END_TEST

/* An answer whose request nobody saw. */
static void
hear_orphan(void)
{
	struct wire_header header = { .kind = WIRE_OBSERVED,
		.name = "edge",
		.run = 1,
		.reached = FLEET_NOW };
	struct wire_writer *w = wire_writer_new();
	struct wire_item item = { .kind = WIRE_EVENT };
	struct sip_message m;

	item.event = fleet_message(&m, "c", 200, FLEET_NOW);
	for (int i = 0; i < 2; i++) {
		header.sequence++;
		wire_begin(w, header.reached, header.reached);
		if (i == 0)
			ck_assert(wire_put(w, &item));
		joiner_input(joiner, wire_end(w, &header), FLEET_NOW, 0);
		header.reached += 5 * NSTIME_S;
	}
	wire_writer_free(w);
}

START_TEST(counters_are_those_of_matcher_and_judge_but_for_zeros)
{
	const json_t *counters;
	json_t *all;

	begin();
	hear_orphan();
	all = status();
	counters = json_object_get(all, "counters");
	ck_assert_int_eq(
	    json_integer_value(json_object_get(counters, "txntable.orphan")),
	    1);
	ck_assert_uint_eq(json_object_size(counters), 1);
	end(all);
}
END_TEST

UNIT("fleetstatus", it_names_the_judge_and_is_empty_at_first,
    a_sensor_is_shown_as_it_was_heard, the_judge_of_each_partition_is_named,
    counters_are_those_of_matcher_and_judge_but_for_zeros)
