/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/sensor.h"

#include <stdlib.h>

#include "pipeline/inner/acquaintance.h"
#include "pipeline/inner/calls.h"
#include "pipeline/inner/halfposts.h"
#include "pipeline/inner/hotpaths.h"
#include "pipeline/inner/lookout.h"
#include "pipeline/inner/oneways.h"
#include "pipeline/inner/tallies.h"
#include "pipeline/inner/thin.h"

#define BATCH_EACH (100 * NSTIME_MS)
#define BEAT_EACH (250 * NSTIME_MS)
#define TALLY_EACH NSTIME_S

/* A batch is sent before it is full: one item takes less than the rest. */
#define BATCH_FULL (WIRE_MOST - 64 * 1024)

#define HOLD (500 * NSTIME_MS)
#define STALL (4 * NSTIME_S)
/* Over 64*T1 and Timer C; a partition may be without a judge for so long. */
#define MARGIN (12 * NSTIME_S)

/* A leader hears what it missed, and servers it has forgotten, that soon. */
#define SEEN_EACH (60 * NSTIME_S)

/* A server that somebody could not reach is looked at for so long. */
#define SUSPECT (60 * NSTIME_S)

struct sensor {
	struct sensor_setup setup;
	char name[WIRE_NAME];
	struct wire_writer *writer;
	struct halfposts *halves; /* NULL: no partitions */
	struct matcher *matcher;
	struct calls *calls;
	struct hotpaths *paths;
	struct oneways *oneways;
	struct thin *thin;
	struct lookout *servers; /* of interest */
	struct acquaintance *known;
	struct acquaintance *seen; /* servers of halves */
	struct tallies tallies;
	nstime patience, ringing; /* as in callleg_times */
	nstime now, ahead;        /* ahead: wall less now */
	nstime flushed, tallied;
	uint64_t sequence, messages, drops, octets, healthy;
	uint64_t too_long, refused;
	bool message_told; /* the one that is read */
	uint64_t call;     /* .. and its call; 0: none is */
};

static void
flush(struct sensor *s)
{
	struct wire_header header = {
		.kind = WIRE_OBSERVED,
		.run = s->setup.run,
		.sequence = ++s->sequence,
		.reached = s->now,
		.messages = s->messages,
		.drops = s->drops,
	};
	struct slice batch;

	wire_begin(s->writer, s->now, s->now + s->ahead);
	memcpy(header.name, s->name, sizeof(header.name));
	batch = wire_end(s->writer, &header);
	s->flushed = s->now;
	s->octets += batch.len;
	s->setup.batch(s->setup.arg, batch, s->sequence);
}

static void
put(void *arg, const struct wire_item *item)
{
	struct sensor *s = arg;

	wire_begin(s->writer, s->now, s->now + s->ahead);
	s->too_long += !wire_put(s->writer, item);
	if (wire_length(s->writer) >= BATCH_FULL)
		flush(s);
}

static void
put_event(struct sensor *s, const struct event *event)
{
	put(s, &(struct wire_item){ .kind = WIRE_EVENT, .event = *event });
}

/* An event of a call that is told: its paths matter from now on. */
static void
on_call_event(void *arg, const struct event *e, bool well)
{
	struct sensor *s = arg;
	const struct origin *o = &e->message.origin;
	struct wire_item item = { .kind = WIRE_EVENT, .event = *e };

	if (e->kind == EVENT_MESSAGE)
		item.event.message.shown = well;
	if (e->kind == EVENT_MESSAGE && !well) {
		hotpaths_heat_pair(s->paths, &o->from.address, &o->to.address,
		    nstime_after(s->now, s->patience));
		if (o->flow != 0)
			hotpaths_heat_flow(s->paths, o->flow,
			    nstime_after(s->now, s->ringing));
	}
	put(s, &item);
}

static void
tally(struct sensor *s, const struct outcome *o)
{
	s->healthy++;
	tallies_add(&s->tallies, &o->uas, o->method, 1);
}

/* The leader has to know which servers we see. */
static void
show_server(struct sensor *s, const struct endpoint *server)
{
	if (acquaintance_is_new(s->seen, NULL, server, s->now))
		put(s,
		    &(struct wire_item){
			.kind = WIRE_TALLY, .tally.server = *server });
}

static void
on_half(void *arg, const struct wire_half *half)
{
	struct sensor *s = arg;

	show_server(s, &half->server);
	if (s->halves == NULL) {
		put(s, &(struct wire_item){ .kind = WIRE_HALF, .half = *half });
		return;
	}
	s->too_long +=
	    !halfposts_put(s->halves, half, s->now, s->now + s->ahead);
}

static void
put_tallies(struct sensor *s)
{
	tallies_tell(&s->tallies, put, s);
	s->tallied = s->now;
}

/* Of our own matcher, or of the reader. */
static void
on_observation(void *arg, const struct observation *o)
{
	struct sensor *s = arg;
	const struct event event = {
		.kind = EVENT_OBSERVED,
		.now = o->now,
		.wall = o->wall,
		.flow = o->kind == OBSERVATION_CLOCK ? s->call : 0,
		.observation = o,
	};

	if (o->kind == OBSERVATION_TRANSACTION) {
		if (o->outcome->event == OUTCOME_ANSWERED && !s->message_told)
			tally(s, o->outcome);
		return;
	}
	if (o->kind == OBSERVATION_MEDIA)
		calls_attach(s->calls, &event);
	else if (thin_passes(s->thin, o))
		put_event(s, &event);
}

static void handle(void *sensor, const struct event *event);

static void
on_segment(void *arg, const struct event *event)
{
	put_event(arg, event);
}

static bool
build_rooms(struct sensor *s)
{
	const struct sensor_limits *l = &s->setup.limits;
	const struct timers *timers = &l->matcher.transactions.timers;
	const struct calls_limits calls = {
		.calls = l->calls,
		.times = { .hold = HOLD,
		    .stall = STALL,
		    .patience =
			timers_64_t1(timers->t1) + timers->grace + MARGIN,
		    .ringing = timers->timer_c + timers->grace + MARGIN },
		.key = l->key,
	};
	const struct hotpaths_limits paths = { l->pairs, l->flows, l->key };

	s->patience = calls.times.patience;
	s->ringing = calls.times.ringing;
	s->writer = wire_writer_new();
	if (s->setup.partitions > 0)
		s->halves = halfposts_new(&s->setup);
	s->matcher = matcher_new(&l->matcher, on_observation, s);
	s->calls = calls_new(
	    &calls, &(struct calls_output){ on_call_event, on_half, s });
	s->paths = hotpaths_new(&paths, put, s);
	s->oneways = oneways_new(&(struct oneways_limits){ l->flows, l->key },
	    &(struct oneways_output){ on_segment, handle, s });
	s->thin = thin_new(l->known, &l->key);
	s->servers = lookout_new(&l->key);
	s->known = acquaintance_new(l->known, ACQUAINTANCE_SHOWN, &l->key);
	s->seen = acquaintance_new(l->known, SEEN_EACH, &l->key);
	return s->writer != NULL &&
	    (s->setup.partitions == 0 || s->halves != NULL) &&
	    s->matcher != NULL && s->calls != NULL && s->paths != NULL &&
	    s->oneways != NULL && s->thin != NULL && s->servers != NULL &&
	    s->known != NULL && s->seen != NULL;
}

struct sensor *
sensor_new(const struct sensor_setup *setup)
{
	struct sensor *s = calloc(1, sizeof(*s));
	struct textbuf name;

	if (s == NULL)
		return NULL;
	s->setup = *setup;
	s->setup.limits.matcher.one_way = true;
	textbuf_init(&name, s->name, sizeof(s->name));
	textbuf_add(&name, setup->name);
	s->now = s->flushed = s->tallied = INT64_MIN;
	if (build_rooms(s))
		return s;
	sensor_free(s);
	return NULL;
}

void
sensor_free(struct sensor *s)
{
	if (s == NULL)
		return;
	wire_writer_free(s->writer);
	halfposts_free(s->halves);
	matcher_free(s->matcher);
	calls_free(s->calls);
	hotpaths_free(s->paths);
	oneways_free(s->oneways);
	thin_free(s->thin);
	lookout_free(s->servers);
	acquaintance_free(s->known);
	acquaintance_free(s->seen);
	free(s);
}

/* Once an hour a transaction of each client with each server that went well. */
static void
introduce(struct sensor *s, const struct event *e)
{
	const struct origin *o = &e->message.origin;

	if (!e->message.message->is_request && calls_settled(s->calls) &&
	    acquaintance_is_new(s->known, &o->to.address, &o->from, e->now))
		calls_show(s->calls);
}

static void
on_message(struct sensor *s, const struct event *event)
{
	struct event e = *event;
	const struct origin *o = &e.message.origin;
	const uint64_t call = wire_call(e.message.message);

	s->messages++;
	if (e.message.agent != NULL) {
		e.message.origin.agent = event_agent_number(e.message.agent);
		e.message.origin.wall = e.wall;
	}
	if (e.message.message->is_request)
		matcher_decide(
		    s->matcher, e.message.message, &e.message.origin);
	if (o->flow == 0)
		hotpaths_packet(s->paths, &o->from.address, &o->to.address,
		    o->now, o->wall);
	if (lookout_message(s->servers, &e))
		calls_tell(s->calls, call, e.now);
	s->message_told = calls_message(s->calls, call, &e);
	if (!s->message_told)
		introduce(s, &e);
	hotpaths_message(s->paths, o, s->message_told);
	s->call = call;
	if (!calls_again(s->calls))
		matcher_input(s->matcher, event);
	s->message_told = false;
	s->call = 0;
}

static void
move(struct sensor *s, nstime now, nstime ahead)
{
	s->ahead = ahead;
	if (s->now == INT64_MIN)
		s->flushed = s->tallied = now;
	if (now > s->now)
		s->now = now;
}

/* Was the server ever heard? */
static void
on_failed(struct sensor *s, const struct address *client,
    const struct endpoint *server, nstime now)
{
	hotpaths_heat_pair(
	    s->paths, client, &server->address, nstime_after(now, s->patience));
	lookout_server(s->servers, server, nstime_after(now, SUSPECT));
}

/* What may be random octets differs each time: that is no step. */
static void
on_stamp(struct sensor *s, const struct event *e)
{
	struct observation o = {
		.kind = OBSERVATION_CLOCK,
		.now = e->now,
		.wall = e->wall,
		.stamp = e->stamp.stamp,
	};

	if (e->stamp.learn)
		o.stamp.told = o.stamp.wall;
	if (thin_passes(s->thin, &o))
		put_event(s, e);
}

/* Rates are those of each daemon; the fleet hears what it told. */
static void
on_report(struct sensor *s, const struct event *e)
{
	struct event stamp;

	if (event_reported(e, &stamp))
		on_stamp(s, &stamp);
}

static void
handle(void *sensor, const struct event *e)
{
	struct sensor *s = sensor;

	switch (e->kind) {
	case EVENT_MESSAGE:
		on_message(s, e);
		break;
	case EVENT_PACKET:
		hotpaths_packet(s->paths, &e->packet_of.from, &e->packet_of.to,
		    e->now, e->wall);
		break;
	case EVENT_FLOW:
	case EVENT_ACKNOWLEDGED:
		hotpaths_flow(s->paths, e);
		break;
	case EVENT_STAMP:
		on_stamp(s, e);
		break;
	case EVENT_REPORT:
		on_report(s, e);
		break;
	case EVENT_OBSERVED:
		matcher_input(s->matcher, e);
		break;
	case EVENT_UNREACHABLE:
		on_failed(s, &e->unreachable.from.address, &e->unreachable.to,
		    e->now);
		put_event(s, e);
		break;
	case EVENT_UNANSWERED:
		on_failed(s, &e->unanswered.client.address,
		    &e->unanswered.server, e->now);
		put_event(s, e);
		break;
	case EVENT_LOGGED:
		put_event(s, e);
		break;
	case EVENT_SEGMENT:
	case EVENT_SPOKE:
	case EVENT_OUTCOME:
		break;
	}
}

void
sensor_input(void *sensor, const struct event *e)
{
	struct sensor *s = sensor;

	/* Batches bear our own clock: stamps of packets may be of another. */
	sensor_tick(s, e->now,
	    s->now == INT64_MIN ? e->wall : nstime_after(e->now, s->ahead));
	if (oneways_input(s->oneways, e))
		handle(s, e);
}

void
sensor_tick(struct sensor *s, nstime now, nstime wall)
{
	nstime due;

	if (s->now == INT64_MIN)
		move(s, now, wall - now);
	while ((due = calls_next_deadline(s->calls)) <= now) {
		move(s, due, wall - now);
		calls_tick(s->calls, due);
	}
	matcher_tick(s->matcher, now, wall);
	move(s, now, wall - now);
	oneways_tick(s->oneways, now);
	if (nstime_passed(s->tallied, TALLY_EACH, now))
		put_tallies(s);
	if (s->halves != NULL)
		halfposts_tick(s->halves, now, wall);
	if (!nstime_passed(s->flushed, BATCH_EACH, now))
		return;
	hotpaths_flush(s->paths, now, s->ahead);
	if (wire_begun(s->writer) || nstime_passed(s->flushed, BEAT_EACH, now))
		flush(s);
}

nstime
sensor_next_deadline(const struct sensor *s)
{
	const nstime batch = s->now == INT64_MIN
	    ? NSTIME_NEVER
	    : nstime_after(
		  s->flushed, wire_begun(s->writer) ? BATCH_EACH : BEAT_EACH);
	const nstime deadlines[] = {
		calls_next_deadline(s->calls),
		matcher_next_deadline(s->matcher),
		oneways_next_deadline(s->oneways),
		batch,
		s->halves == NULL ? NSTIME_NEVER
				  : halfposts_next_deadline(s->halves),
	};

	return nstime_earliest(
	    deadlines, sizeof(deadlines) / sizeof(deadlines[0]));
}

static void
on_want(struct sensor *s, const struct wire_want *want, nstime now)
{
	if (want->suspect)
		on_failed(s, &want->client, &want->server, now);
	calls_tell(s->calls, want->call, now);
}

bool
sensor_wanted(struct sensor *s, struct slice batch, nstime now)
{
	struct wire_reader *r = wire_reader_new();
	struct wire_header header;
	struct wire_item item;
	enum wire_answer answer = WIRE_BROKEN;

	if (r != NULL && wire_open(r, batch, &header) &&
	    header.kind == WIRE_WANTED)
		while ((answer = wire_next(r, &item)) == WIRE_ITEM) {
			if (item.kind == WIRE_WANT)
				on_want(s, &item.want, now);
			else if (item.kind == WIRE_INTEREST)
				lookout_server(s->servers,
				    &item.interest.server,
				    nstime_after(now, item.interest.lasts));
		}
	wire_reader_free(r);
	s->refused += answer != WIRE_OVER;
	return answer == WIRE_OVER;
}

void
sensor_dropped(struct sensor *s, uint64_t packets)
{
	s->drops += packets;
}

void
sensor_stepped(struct sensor *s, nstime step)
{
	matcher_stepped(s->matcher, step);
}

void
sensor_finish(struct sensor *s, nstime now, nstime wall)
{
	sensor_tick(s, now, wall);
	oneways_finish(s->oneways);
	calls_finish(s->calls);
	put_tallies(s);
	hotpaths_flush(s->paths, now, s->ahead);
	if (s->halves != NULL)
		halfposts_finish(s->halves, now, wall);
	flush(s);
}

void
sensor_counts(const struct sensor *s, struct sensor_counts *counts)
{
	*counts = (struct sensor_counts){
		.messages = s->messages,
		.batches = s->sequence,
		.octets = s->octets +
		    (s->halves == NULL ? 0 : halfposts_octets(s->halves)),
		.healthy = s->healthy,
	};
}

void
sensor_stats(const struct sensor *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "sensor.item_too_long", s->too_long);
	output(arg, COUNTER_LIMIT, "sensor.tally_full", s->tallies.full);
	output(arg, COUNTER_EVENT, "sensor.want_refused", s->refused);
	calls_stats(s->calls, output, arg);
	hotpaths_stats(s->paths, output, arg);
	oneways_stats(s->oneways, output, arg);
	thin_stats(s->thin, output, arg);
	acquaintance_stats(s->known, output, arg);
	lookout_stats(s->servers, output, arg);
}
