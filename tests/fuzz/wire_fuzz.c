/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What comes over the wire of a fleet, from any octets: each batch, with its
 * length of three octets before it, goes to a judge, to the only partition and,
 * as a want, to a sensor.  What the sensor then sends must be taken whole.
 */

#include <stdlib.h>

#include "pipeline/joiner.h"
#include "pipeline/partition.h"
#include "pipeline/sensor.h"
#include "report/jsonline.h"
#include "rooms.h"

#define NOW (1300000000 * NSTIME_S)

struct fleet {
	struct joiner *joiner;
	struct partition *partition;
	struct sensor *sensor;
	nstime now;
};

static void
demand(bool fact)
{
	if (!fact)
		abort();
}

static void
on_alert(void *arg, const struct alert_event *event)
{
	char *json = jsonline_alert(event);

	(void)arg;
	demand(json != NULL);
	free(json);
}

static void
on_want(void *arg, struct slice batch)
{
	const struct fleet *f = arg;

	demand(sensor_wanted(f->sensor, batch, f->now));
}

static void
on_batch(void *arg, struct slice batch, uint64_t sequence)
{
	struct wire_reader *reader = wire_reader_new();
	struct wire_header header;
	struct wire_item item;
	enum wire_answer answer;

	(void)arg;
	(void)sequence;
	demand(wire_open(reader, batch, &header));
	while ((answer = wire_next(reader, &item)) == WIRE_ITEM)
		continue;
	demand(answer == WIRE_OVER);
	wire_reader_free(reader);
}

static void
begin(struct fleet *f)
{
	struct joiner_limits limits = {
		.halves = 64,
		.events = 64,
		.sensors = 4,
		.sights = 64,
		.lag = 1500 * NSTIME_MS,
		.lost = 10 * NSTIME_S,
	};
	struct sensor_setup setup = {
		.limits = { .calls = 64,
		    .pairs = 64,
		    .flows = 64,
		    .known = 64 },
		.name = "a",
		.run = 1,
		.batch = on_batch,
		.arg = f,
	};

	f->now = NOW;
	rooms_reader(&limits.reader);
	rooms_matcher(&limits.matcher);
	rooms_judge(&limits.judge);
	setup.limits.matcher = limits.matcher;
	f->joiner = joiner_new(&limits,
	    &(struct joiner_output){
		.alert = on_alert, .want = on_want, .arg = f });
	f->partition = partition_new(
	    &(struct partition_limits){ .of = 1, .halves = 64, .sensors = 4 },
	    on_want, f);
	f->sensor = sensor_new(&setup);
	sensor_tick(f->sensor, NOW, NOW);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct cursor c = cursor_over(slice_of(octets, len));
	struct fleet f;

	begin(&f);
	while (c.rest.len > 0 && !c.bad) {
		const size_t size = cursor_u24(&c);
		const struct slice batch =
		    cursor_take(&c, size < c.rest.len ? size : c.rest.len);

		f.now += 100 * NSTIME_MS;
		joiner_input(f.joiner, batch, f.now, 0);
		partition_input(f.partition, batch, f.now, 0);
		sensor_wanted(f.sensor, batch, f.now);
		sensor_tick(f.sensor, f.now, f.now);
	}
	joiner_tick(f.joiner, f.now + 60 * NSTIME_S);
	joiner_finish(f.joiner);
	joiner_free(f.joiner);
	partition_free(f.partition);
	sensor_free(f.sensor);
	return 0;
}
