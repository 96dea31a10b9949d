/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/partition.h"

#include <stdlib.h>

#include "pipeline/inner/pairing.h"
#include "pipeline/inner/sensors.h"

/* A sensor beats every second for as long as it has halves for us. */
#define LOST (3 * NSTIME_S)

struct partition {
	struct partition_limits limits;
	struct wire_reader *reader;
	struct sensors *sensors;
	struct pairing *pairing;
	uint64_t refused, broken, replayed, missed, foreign;
};

struct partition *
partition_new(
    const struct partition_limits *limits, partition_output *output, void *arg)
{
	struct partition *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->limits = *limits;
	p->reader = wire_reader_new();
	p->sensors = sensors_new(limits->sensors, 0, &limits->key);
	p->pairing = pairing_new(
	    limits->halves, limits->memory, &limits->key, output, arg);
	if (p->reader != NULL && p->sensors != NULL && p->pairing != NULL)
		return p;
	partition_free(p);
	return NULL;
}

void
partition_free(struct partition *p)
{
	if (p == NULL)
		return;
	wire_reader_free(p->reader);
	sensors_free(p->sensors);
	pairing_free(p->pairing);
	free(p);
}

static bool
is_ours(const struct partition *p, uint64_t call)
{
	return wire_partition(call, p->limits.of) == p->limits.number;
}

static enum wire_answer
read_halves(struct partition *p, struct sensors_sensor *sensor)
{
	const nstime all = sensors_reached(p->sensors, LOST);
	const nstime reached = all == INT64_MIN ? sensor->shown.reached : all;
	struct wire_item item;
	enum wire_answer answer;

	while ((answer = wire_next(p->reader, &item)) == WIRE_ITEM) {
		if (item.kind == WIRE_HALF && is_ours(p, item.half.call))
			pairing_half(p->pairing, &item.half, reached);
		else
			p->foreign++;
	}
	return answer;
}

static void
go_on(struct partition *p)
{
	const nstime reached = sensors_reached(p->sensors, LOST);

	if (reached == INT64_MIN)
		return;
	pairing_tick(p->pairing, reached);
	pairing_send(p->pairing, reached);
}

static enum joiner_answer
refuse(uint64_t *counter, enum joiner_answer answer)
{
	(*counter)++;
	return answer;
}

enum joiner_answer
partition_input(
    struct partition *p, struct slice batch, nstime received, nstime behind)
{
	struct wire_header h;
	struct sensors_sensor *sensor;
	enum wire_answer answer;
	bool gap;

	if (!wire_open(p->reader, batch, &h) || h.kind != WIRE_OBSERVED)
		return refuse(&p->refused, JOINER_REFUSED);
	switch (
	    sensors_input(p->sensors, &h, received, behind, &sensor, &gap)) {
	case SENSORS_BEFORE:
	case SENSORS_EARLIER:
		return refuse(&p->replayed, JOINER_REPLAYED);
	case SENSORS_FULL:
		return refuse(&p->refused, JOINER_REFUSED);
	case SENSORS_NEXT:
		break;
	}
	p->missed += gap;
	sensor->shown.lost = false;
	wire_shift(p->reader, sensor->shift, h.now + sensor->shift - h.wall);
	answer = read_halves(p, sensor);
	go_on(p);
	if (answer == WIRE_BROKEN)
		return refuse(&p->broken, JOINER_BROKEN);
	return JOINER_TAKEN;
}

void
partition_wanted(struct partition *p, struct slice batch)
{
	const nstime reached = sensors_reached(p->sensors, LOST);
	struct wire_header header;
	struct wire_item item;

	if (reached == INT64_MIN || !wire_open(p->reader, batch, &header) ||
	    header.kind != WIRE_WANTED)
		return;
	while (wire_next(p->reader, &item) == WIRE_ITEM)
		if (item.kind == WIRE_WANT && is_ours(p, item.want.call))
			pairing_asked(p->pairing, &item.want, reached);
}

void
partition_tick(struct partition *p, nstime received)
{
	while (sensors_silent(p->sensors, received, LOST) != NULL)
		;
	go_on(p);
}

void
partition_save(const struct partition *p, struct record *r)
{
	sensors_save(p->sensors, r);
	pairing_save(p->pairing, r);
	record_seal(r);
}

bool
partition_load(struct partition *p, struct cursor *c)
{
	struct slice content;
	struct cursor in;

	if (!record_unseal(c->rest, &content))
		return false;
	in = cursor_over(content);
	sensors_load(p->sensors, &in);
	pairing_load(p->pairing, &in);
	return !in.bad && in.rest.len == 0;
}

void
partition_stats(const struct partition *p, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "partition.refused", p->refused);
	output(arg, COUNTER_EVENT, "partition.broken", p->broken);
	output(arg, COUNTER_EVENT, "partition.replayed", p->replayed);
	output(arg, COUNTER_EVENT, "partition.missed", p->missed);
	output(arg, COUNTER_EVENT, "partition.foreign", p->foreign);
	pairing_stats(p->pairing, output, arg);
}
