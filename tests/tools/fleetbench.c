/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * fleetbench: what a fleet costs, in one process, with traffic of its own: an
 * hour is not waited for, so numbers are of the processor alone.
 *
 * octets	of each healthy message where one sensor sees both directions,
 *		and of each half where two see one each, between hosts that are
 *		known and of clients that are new each time
 * judge	observations (halves and events) a second that one judge takes,
 *		from a recorded stream of transactions seen in halves, every
 *		tenth of which is told in full
 * sensors	its time for each second of one sensor, as their number grows
 */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "pipeline/joiner.h"
#include "pipeline/sensor.h"
#include "rooms.h"
#include "unit/fleetitems.h"

#define NOW FLEET_NOW

/* As live sensors have it: their time began when the machine did. */
#define UP (10 * 86400 * NSTIME_S)
#define AHEAD (NOW - UP)

enum {
	RATE = 1000,
	TRANSACTIONS = 50000,
	PARTITIONS = 16,
	ROOM = 1 << 18,
	HOSTS = 50
};

/* Of a sensor that is well, and seconds of all of them together. */
enum {
	BEATS = 4,
	TALLIED = 20,
	SENSOR_SECONDS = 4000,
	CHUNK = 1000,
	TURNS = 7
};

struct batch {
	struct batch *next;
	nstime at;
	size_t len;
	uint8_t octets[];
};

struct stream {
	struct batch *first, **last;
	uint64_t octets, batches;
	nstime now;
};

static void
on_batch(void *arg, struct slice batch, uint64_t sequence)
{
	struct stream *s = arg;
	struct batch *b = malloc(sizeof(*b) + batch.len);

	(void)sequence;
	if (b == NULL)
		abort();
	b->next = NULL;
	b->at = s->now;
	b->len = batch.len;
	memcpy(b->octets, batch.p, batch.len);
	*s->last = b;
	s->last = &b->next;
	s->octets += batch.len;
	s->batches++;
}

static void
on_halves(void *arg, struct slice batch, unsigned partition, uint64_t sequence)
{
	(void)partition;
	on_batch(arg, batch, sequence);
}

static void
stream_init(struct stream *s)
{
	*s = (struct stream){ .now = NOW };
	s->last = &s->first;
}

static void
stream_done(struct stream *s)
{
	struct batch *b;

	while ((b = s->first) != NULL) {
		s->first = b->next;
		free(b);
	}
}

static struct sensor *
make_sensor(const char *name, struct stream *to, unsigned partitions)
{
	struct sensor_setup setup = {
		.limits = { .calls = ROOM,
		    .pairs = ROOM,
		    .flows = ROOM,
		    .known = ROOM },
		.name = name,
		.run = NOW, /* as a daemon's: it travels with each batch */
		.batch = on_batch,
		.partitions = partitions,
		.halves = on_halves,
		.arg = to,
	};
	struct sensor *sensor;

	rooms_matcher(&setup.limits.matcher);
	setup.limits.matcher.transactions.transactions = ROOM;
	setup.limits.matcher.paths.pairs.pairs = ROOM;
	sensor = sensor_new(&setup);
	if (sensor == NULL)
		abort();
	sensor_tick(sensor, UP, NOW);
	return sensor;
}

static void
use_new_client(struct event *e, unsigned call)
{
	struct origin *o = &e->message.origin;
	struct endpoint *client =
	    e->message.message->is_request ? &o->from : &o->to;
	const uint32_t number = (call + 1) * UINT32_C(2654435761);

	memcpy(client->address.octets, &number, sizeof(number));
}

struct traffic {
	unsigned rate;     /* transactions a second */
	unsigned troubled; /* one of so many is sent twice; 0: none is */
	bool fresh;        /* each has a client of its own */
};

static void
say(struct sensor *s, const struct traffic *traffic, unsigned call,
    unsigned status, nstime now)
{
	char name[32], branch[40];
	struct sip_message m;
	struct event e;

	snprintf(name, sizeof(name), "call%u@example.com", call);
	snprintf(branch, sizeof(branch), "z9hG4bK%u", call);
	e = fleet_message(&m, name, status, now);
	e.wall = e.message.origin.wall = now + AHEAD;
	m.via_branch = slice_text(branch);
	e.message.origin.from.address.octets[2] = (uint8_t)(call % HOSTS);
	e.message.origin.to.address.octets[2] = (uint8_t)(call % HOSTS);
	if (traffic->fresh)
		use_new_client(&e, call);
	sensor_input(s, &e);
}

static void
pass(struct sensor *s, struct stream *stream, nstime now)
{
	stream->now = now + AHEAD;
	sensor_tick(s, now, now + AHEAD);
}

/* Each is answered when 20 more were asked: `to' sees the requests, `back' the
 * answers.  At the end all batches that wait are sent. */
static void
play(struct sensor *to, struct sensor *back, struct stream *stream[2],
    const struct traffic *traffic)
{
	const nstime step = NSTIME_S / traffic->rate;
	const unsigned troubled = traffic->troubled;
	nstime now = UP;

	for (unsigned i = 0; i < TRANSACTIONS; i++) {
		now = UP + i * step;
		stream[0]->now = stream[1]->now = now + AHEAD;
		say(to, traffic, i, 0, now);
		if (troubled > 0 && i % troubled == 0)
			say(to, traffic, i, 0, now);
		if (i >= 20)
			say(back, traffic, i - 20, 200, now + 1);
		pass(to, stream[0], now + 1);
		pass(back, stream[1], now + 1);
	}
	for (const nstime end = now + 2 * NSTIME_S; now < end;) {
		now += 50 * NSTIME_MS;
		pass(to, stream[0], now);
		pass(back, stream[1], now);
	}
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Halves go to partitions, as they do between daemons: at a low rate each of
 * their batches holds few. */
static void
weigh(unsigned rate, bool fresh)
{
	const struct traffic traffic = { .rate = rate, .fresh = fresh };
	struct stream one, to, back;
	struct sensor *a, *b;

	stream_init(&one);
	a = make_sensor("sensor-1", &one, PARTITIONS);
	play(a, a, (struct stream *[]){ &one, &one }, &traffic);
	sensor_free(a);
	stream_init(&to);
	stream_init(&back);
	a = make_sensor("sensor-1", &to, PARTITIONS);
	b = make_sensor("sensor-2", &back, PARTITIONS);
	play(a, b, (struct stream *[]){ &to, &back }, &traffic);
	sensor_free(a);
	sensor_free(b);
	printf("octets: %.2f a message that is seen both ways, %.1f a half "
	       "(request %.1f, response %.1f), at %u a second, clients %s\n",
	    (double)one.octets / (2.0 * TRANSACTIONS),
	    (double)(to.octets + back.octets) / (2.0 * TRANSACTIONS),
	    (double)to.octets / TRANSACTIONS,
	    (double)back.octets / TRANSACTIONS, rate, fresh ? "new" : "known");
	stream_done(&one);
	stream_done(&to);
	stream_done(&back);
}

static void
on_alert(void *arg, const struct alert_event *event)
{
	(void)event;
	++*(unsigned *)arg;
}

static void
on_want(void *arg, struct slice batch)
{
	(void)arg;
	(void)batch;
}

static struct joiner *
make_joiner(unsigned *alerts)
{
	struct joiner_limits limits = {
		.halves = ROOM,
		.events = ROOM,
		.sensors = 4096,
		.sights = 4096,
		.lag = 1500 * NSTIME_MS,
		.lost = 10 * NSTIME_S,
	};
	struct joiner *j;

	rooms_reader(&limits.reader);
	rooms_matcher(&limits.matcher);
	rooms_judge(&limits.judge);
	j = joiner_new(&limits,
	    &(struct joiner_output){
		.alert = on_alert, .want = on_want, .arg = alerts });
	if (j == NULL)
		abort();
	return j;
}

/* Time passes too, once a second, as a daemon has it that reads (see
 * fleetseat.c): each time all sensors are looked at.  Seconds that it took. */
static double
take(struct joiner *joiner, const struct stream *stream)
{
	const double began = seconds();
	nstime ticked = 0;

	for (const struct batch *at = stream->first; at != NULL;
	     at = at->next) {
		joiner_input(joiner, slice_of(at->octets, at->len), at->at, 0);
		if (!nstime_passed(ticked, NSTIME_S, at->at))
			continue;
		ticked = at->at;
		joiner_tick(joiner, at->at);
	}
	return seconds() - began;
}

static void
judge(void)
{
	struct stream stream;
	struct sensor *a, *b;
	struct joiner *joiner;
	unsigned alerts = 0;
	uint64_t observations = 0;
	struct joiner_sensor sensor;
	double took;

	stream_init(&stream);
	a = make_sensor("sensor-1", &stream, 0);
	b = make_sensor("sensor-2", &stream, 0);
	play(a, b, (struct stream *[]){ &stream, &stream },
	    &(struct traffic){ .rate = RATE, .troubled = 10 });
	joiner = make_joiner(&alerts);
	took = take(joiner, &stream);
	for (size_t i = 0; joiner_sensor_at(joiner, i, &sensor); i++)
		observations += sensor.halves + sensor.events;
	printf("judge: %.0f observations a second, %u alerts\n",
	    (double)observations / took, alerts);
	joiner_free(joiner);
	sensor_free(a);
	sensor_free(b);
	stream_done(&stream);
}

/* A sensor that is well sends BEATS batches a second, with tallies. */
static struct slice
beat(struct wire_writer *w, unsigned sensor, uint64_t number)
{
	struct wire_header h = {
		.kind = WIRE_OBSERVED,
		.run = 1,
		.sequence = number + 1,
		.now = NOW + (nstime)number * NSTIME_S / BEATS,
		.messages = number * RATE / BEATS,
	};

	h.wall = h.reached = h.now;
	snprintf(h.name, sizeof(h.name), "s%u", sensor);
	wire_begin(w, h.now, h.wall);
	for (unsigned k = 0; k < TALLIED && number % BEATS == 0; k++)
		wire_put(w,
		    &(struct wire_item){ .kind = WIRE_TALLY,
			.tally = { fleet_host((uint8_t)k, 5062), "SERVICE",
			    RATE / TALLIED } });
	return wire_end(w, &h);
}

/* The same number of batches, whatever the number of sensors, and as many of
 * them at a time: to ask for the time and to begin with cold caches costs the
 * same.  The first seconds, when tables grow, do not count. */
static double
judge_many(unsigned count)
{
	const uint64_t each = BEATS * SENSOR_SECONDS / count;
	const uint64_t chunk = BEATS * CHUNK / count;
	unsigned alerts = 0;
	struct joiner *joiner = make_joiner(&alerts);
	struct wire_writer *writer = wire_writer_new();
	struct stream stream;
	double spent = 0;

	for (uint64_t number = 0; number < 5 * each; number++) {
		if (number % chunk == 0)
			stream_init(&stream);
		stream.now = NOW + (nstime)number * NSTIME_S / BEATS;
		for (unsigned i = 0; i < count; i++)
			on_batch(&stream, beat(writer, i, number), 0);
		if ((number + 1) % chunk != 0)
			continue;
		if (number < each)
			take(joiner, &stream);
		else
			spent += take(joiner, &stream);
		stream_done(&stream);
	}
	wire_writer_free(writer);
	joiner_free(joiner);
	return spent / 4 / SENSOR_SECONDS;
}

/* Turn by turn, so that a slow minute of the machine meets all. */
static void
scale(void)
{
	static const unsigned counts[] = { 1, 10, 100, 1000 };
	double best[] = { 1, 1, 1, 1 };

	for (int turn = 0; turn < TURNS; turn++)
		for (size_t i = 0; i < 4; i++) {
			const double took = judge_many(counts[i]);

			if (took < best[i])
				best[i] = took;
		}
	for (size_t i = 0; i < 4; i++)
		printf("sensors: %u: %.2f us of the judge for a second of "
		       "each\n",
		    counts[i], best[i] * 1e6);
}

int
main(void)
{
	for (unsigned rate = 10 * RATE; rate >= RATE / 10; rate /= 10) {
		weigh(rate, false);
		weigh(rate, true);
	}
	judge();
	scale();
	return 0;
}
