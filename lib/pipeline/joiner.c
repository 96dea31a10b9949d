/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/joiner.h"

#include <stdlib.h>

#include "pipeline/inner/commonhosts.h"
#include "pipeline/inner/eventhold.h"
#include "pipeline/inner/pairing.h"
#include "pipeline/inner/rejoin.h"
#include "pipeline/inner/sensors.h"

struct joiner {
	struct joiner_limits limits;
	struct joiner_output output;
	struct wire_reader *reader;
	struct sensors *sensors;
	struct commonhosts *hosts;
	struct pairing *pairing;
	struct eventhold *held;
	struct rejoin *rejoin;
	struct matcher *matcher;
	struct judge *judge;
	nstime now;     /* how far everything went through the matcher */
	nstime until;   /* .. and is to go with what has come */
	nstime resumed; /* how far a predecessor's state was */
	uint64_t early, no_memory, replayed, refused, broken, missed, withheld;
	uint64_t future, uncorrected, namesake;
};

/* A predecessor judged what is not later than its state, unless that came
 * behind all that brought the state so far: out of a sensor's spool, say. */
static bool
was_judged(const struct joiner *j, nstime now)
{
	return now <= j->resumed && j->until <= j->resumed;
}

static void
on_observation(void *arg, const struct observation *o)
{
	struct joiner *j = arg;

	if (o->kind == OBSERVATION_TRANSACTION &&
	    (o->outcome->event == OUTCOME_EXPIRED ||
		o->outcome->event == OUTCOME_SLOW))
		pairing_server(j->pairing, &o->outcome->uas, j->now);
	else if (o->kind == OBSERVATION_FAILED)
		pairing_server(j->pairing, &o->failure.server, j->now);
	if (o->kind == OBSERVATION_TRANSACTION &&
	    sensors_may_know(j->sensors, o))
		j->withheld += !was_judged(j, o->now);
	else if (was_judged(j, o->now))
		judge_recall(j->judge, o);
	else
		judge_observe(j->judge, o);
}

static void
on_event(void *arg, const struct event *event)
{
	struct joiner *j = arg;

	if (sensors_may_refute(j->sensors, event))
		j->withheld++;
	else
		matcher_input(j->matcher, event);
}

static bool
build_rooms(struct joiner *j)
{
	const struct joiner_limits *l = &j->limits;

	j->reader = wire_reader_new();
	j->sensors = sensors_new(l->sensors, l->sights, &l->key);
	j->hosts = commonhosts_new(l->sights, l->sensors, &l->key);
	j->pairing = pairing_new(l->halves, l->halves_memory, &l->key,
	    j->output.want, j->output.arg);
	j->held = eventhold_new(l->events_memory);
	j->rejoin =
	    rejoin_new(&(struct rejoin_limits){ l->halves, l->key, l->reader },
		on_event, j);
	j->matcher = matcher_new(&l->matcher, on_observation, j);
	j->judge = judge_new(&l->judge, j->output.alert, j->output.arg);
	return j->reader != NULL && j->sensors != NULL && j->hosts != NULL &&
	    j->pairing != NULL && j->held != NULL && j->rejoin != NULL &&
	    j->matcher != NULL && j->judge != NULL;
}

struct joiner *
joiner_new(
    const struct joiner_limits *limits, const struct joiner_output *output)
{
	struct joiner *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->limits = *limits;
	j->output = *output;
	j->now = j->until = j->resumed = INT64_MIN;
	if (build_rooms(j))
		return j;
	joiner_free(j);
	return NULL;
}

void
joiner_free(struct joiner *j)
{
	if (j == NULL)
		return;
	wire_reader_free(j->reader);
	sensors_free(j->sensors);
	commonhosts_free(j->hosts);
	pairing_free(j->pairing);
	eventhold_free(j->held);
	rejoin_free(j->rejoin);
	matcher_free(j->matcher);
	judge_free(j->judge);
	free(j);
}

/* Fire what is due in matcher and judge, each at its time.  On our axis both
 * times are one.  What came late is due before `now': it is not to meet the
 * deadlines between. */
static void
advance(struct joiner *j, nstime until)
{
	for (;;) {
		const nstime rejoin = rejoin_next_deadline(j->rejoin);
		const nstime matcher = matcher_next_deadline(j->matcher);
		const nstime judge = j->now < j->resumed
		    ? NSTIME_NEVER
		    : judge_next_deadline(j->judge);
		const nstime due = nstime_earliest(
		    (const nstime[]){ rejoin, matcher, judge }, 3);

		if (due > until)
			break;
		if (j->now < due)
			j->now = due;
		rejoin_tick(j->rejoin, due);
		matcher_tick(j->matcher, due, due);
		if (judge <= j->now)
			judge_tick(j->judge, j->now, j->now);
	}
	if (j->now < until)
		j->now = until;
}

/* A reader's deadlines fire before the matcher's, packets come after both. */
static void
release(struct joiner *j, struct event *event, unsigned corrections)
{
	if (sensors_at(j->sensors, event->reader - 1)->corrections !=
	    corrections) {
		j->uncorrected++;
		event_discard(event);
		return;
	}
	advance(
	    j, event->task == EVENT_BY_PACKET ? event->now : event->now - 1);
	rejoin_input(j->rejoin, event, j->now);
	event_discard(event);
}

static void
release_until(struct joiner *j, nstime until, nstime reached)
{
	struct event *event;
	unsigned corrections;

	/* One step may lead from what was judged to what was not. */
	if (j->until < j->resumed && until > j->resumed)
		release_until(j, j->resumed, INT64_MIN);
	j->until = until;
	while ((event = eventhold_take(
		    j->held, until, reached, &corrections)) != NULL)
		release(j, event, corrections);
	advance(j, until);
}

static void
note_call(struct joiner *j, const struct sensors_sensor *sensor,
    const struct event_message *m, nstime reached)
{
	const struct wire_want call = pairing_call(m);

	sensors_saw(j->sensors, sensor, &call.server.address);
	if (!m->shown)
		pairing_told(j->pairing, &call, reached);
}

static void
hold(struct joiner *j, const struct sensors_sensor *sensor,
    const struct event *event, nstime reached)
{
	const struct eventhold_time time = { reached, j->now,
		sensors_is_behind(sensor, reached, j->limits.lost) };
	struct event *copy = event_copy(event);
	unsigned mark;

	if (copy == NULL) {
		j->no_memory++;
		return;
	}
	copy->reader = sensor->number + 1;
	if (copy->kind != EVENT_OBSERVED)
		copy->flow = sensors_flow(sensor, copy->flow);
	if (copy->kind == EVENT_MESSAGE)
		copy->message.origin.flow =
		    sensors_flow(sensor, copy->message.origin.flow);
	j->no_memory +=
	    !eventhold_put(j->held, copy, sensor->corrections, &time);
	while (eventhold_count(j->held) > j->limits.events ||
	    eventhold_is_over(j->held)) {
		copy =
		    eventhold_take(j->held, NSTIME_NEVER, NSTIME_NEVER, &mark);
		j->early++;
		release(j, copy, mark);
	}
}

static void
on_spoke(struct joiner *j, const struct sensors_sensor *sensor,
    const struct wire_spoke *spoke)
{
	bool by_client = spoke->by_client;
	const uint64_t flow = rejoin_flow(
	    j->rejoin, sensors_flow(sensor, spoke->flow), &by_client);

	matcher_spoke(j->matcher, flow, by_client, spoke->now);
}

static void
on_item(struct joiner *j, struct sensors_sensor *sensor,
    const struct wire_item *item, nstime reached)
{
	switch (item->kind) {
	case WIRE_EVENT:
		sensor->shown.events++;
		if (item->event.now > sensor->shown.reached + NSTIME_S) {
			j->future++;
			return;
		}
		if (item->event.kind == EVENT_MESSAGE)
			note_call(j, sensor, &item->event.message, reached);
		commonhosts_event(j->hosts, sensor->number, &item->event,
		    sensor->shown.heard);
		hold(j, sensor, &item->event, reached);
		break;
	case WIRE_HALF:
		sensor->shown.halves++;
		pairing_half(j->pairing, &item->half, reached);
		break;
	case WIRE_TALLY:
		sensor->shown.tallied += item->tally.answered;
		sensors_saw(j->sensors, sensor, &item->tally.server.address);
		break;
	case WIRE_SPOKE:
		on_spoke(j, sensor, &item->spoke);
		break;
	default:
		break;
	}
}

static void
tell_sign(struct joiner *j, enum joiner_sign sign,
    const struct sensors_sensor *sensor)
{
	const nstime now = j->now > j->resumed ? j->now : sensor->shown.reached;
	const struct visibility_sources clocks = { "fleet", sensor->name,
		sensor->shown.hosts_odd ? sensor->shown.by_hosts
					: sensor->shown.offset };

	if (sign == JOINER_RIGHT &&
	    (sensor->shown.odd || sensor->shown.hosts_odd))
		return;
	if (j->output.sign != NULL)
		j->output.sign(j->output.arg, sign, &sensor->shown);
	if (now <= j->resumed)
		return;
	judge_tick(j->judge, now, now);
	if (sign == JOINER_ODD)
		judge_clocks_differ(j->judge, &clocks, now, now);
	else if (sign == JOINER_RIGHT)
		judge_clocks_agree(j->judge, &clocks, now, now);
	else
		judge_sensor(
		    j->judge, sensor->name, sign == JOINER_LOST, now, now);
}

static void
compare_by_hosts(struct joiner *j, struct sensors_sensor *sensor)
{
	const unsigned before = sensor->corrections;
	enum joiner_sign sign;
	nstime ahead;

	if (!commonhosts_ahead(j->hosts, sensor->number, &ahead))
		return;
	if (sensors_correct(sensor, ahead, &sign))
		tell_sign(j, sign, sensor);
	if (sensor->corrections != before)
		commonhosts_forget(j->hosts, sensor->number);
}

/* As far as all living sensors are, what waits LAG is complete. */
static void
go_on(struct joiner *j)
{
	const nstime reached = sensors_reached(j->sensors, j->limits.lost);

	if (reached == INT64_MIN)
		return;
	pairing_tick(j->pairing, reached);
	release_until(j, reached - j->limits.lag, reached);
}

static enum wire_answer
read_items(struct joiner *j, struct sensors_sensor *sensor)
{
	nstime reached = sensors_reached(j->sensors, j->limits.lost);
	struct wire_item item;
	enum wire_answer answer;

	if (reached == INT64_MIN)
		reached = sensor->shown.reached;
	while ((answer = wire_next(j->reader, &item)) == WIRE_ITEM)
		on_item(j, sensor, &item, reached);
	return answer;
}

static void
take_back(struct joiner *j, struct sensors_sensor *sensor)
{
	if (!sensor->shown.lost)
		return;
	sensor->shown.lost = false;
	sensor->lost_since = NSTIME_NEVER;
	tell_sign(j, JOINER_BACK, sensor);
}

/* What was in them may have been the answer. */
static void
on_loss(struct joiner *j, const struct sensors_sensor *sensor)
{
	matcher_dropped(j->matcher, sensor->shown.reached);
	rejoin_dropped(j->rejoin, sensor->shown.reached);
}

static enum joiner_answer
refuse(uint64_t *counter, enum joiner_answer answer)
{
	(*counter)++;
	return answer;
}

/* Once for each run: all of it is refused from now on. */
static void
note_namesake(const struct joiner *j, struct sensors_sensor *sensor)
{
	if (!sensor->shared && j->output.sign != NULL)
		j->output.sign(j->output.arg, JOINER_SHARED, &sensor->shown);
	sensor->shared = true;
}

enum joiner_answer
joiner_input(
    struct joiner *j, struct slice batch, nstime received, nstime behind)
{
	struct wire_header h;
	struct sensors_sensor *sensor;
	enum joiner_sign sign;
	enum wire_answer answer;
	bool gap;

	if (!wire_open(j->reader, batch, &h) || h.kind != WIRE_OBSERVED)
		return refuse(&j->refused, JOINER_REFUSED);
	switch (
	    sensors_input(j->sensors, &h, received, behind, &sensor, &gap)) {
	case SENSORS_BEFORE:
		return refuse(&j->replayed, JOINER_REPLAYED);
	case SENSORS_EARLIER:
		note_namesake(j, sensor);
		return refuse(&j->namesake, JOINER_REPLAYED);
	case SENSORS_FULL:
		return refuse(&j->refused, JOINER_REFUSED);
	case SENSORS_NEXT:
		break;
	}
	sensor->shown.octets += batch.len;
	wire_shift(j->reader, sensor->shift,
	    h.now + sensor->shift - h.wall - sensor->shown.by_hosts);
	take_back(j, sensor);
	j->missed += gap;
	if (gap || sensor->dropped)
		on_loss(j, sensor);
	sensors_reached(j->sensors, j->limits.lost);
	if (sensors_compare(j->sensors, sensor, &sign))
		tell_sign(j, sign, sensor);
	answer = read_items(j, sensor);
	compare_by_hosts(j, sensor);
	go_on(j);
	pairing_send(j->pairing, j->now);
	if (answer == WIRE_BROKEN)
		return refuse(&j->broken, JOINER_BROKEN);
	return JOINER_TAKEN;
}

void
joiner_tick(struct joiner *j, nstime received)
{
	const struct sensors_sensor *sensor;

	while ((sensor = sensors_silent(
		    j->sensors, received, j->limits.lost)) != NULL)
		tell_sign(j, JOINER_LOST, sensor);
	go_on(j);
	pairing_send(j->pairing, j->now);
}

void
joiner_finish(struct joiner *j)
{
	const nstime reached = sensors_reached(j->sensors, j->limits.lost);

	if (reached == INT64_MIN)
		return;
	release_until(j, reached, NSTIME_NEVER);
	rejoin_finish(j->rejoin, j->now);
	matcher_finish(j->matcher, j->now, j->now);
	judge_finish(j->judge, j->now, j->now);
}

void
joiner_save(const struct joiner *j, struct record *r)
{
	record_time(r, j->now == INT64_MIN ? 0 : j->now);
	judge_save(j->judge, r);
	sensors_save_seen(j->sensors, r);
	rejoin_save(j->rejoin, nstime_after(j->now, -JOINER_REPLAY), r);
	record_seal(r);
}

bool
joiner_load(struct joiner *j, struct cursor *c)
{
	struct slice content;
	struct cursor in;
	nstime now;

	if (!record_unseal(c->rest, &content))
		return false;
	in = cursor_over(content);
	now = record_read_time(&in);
	if (in.bad ||
	    !judge_load(j->judge, &in, &(struct record_shift){ .now = now }))
		return false;
	/* States of older versions end here, or behind the sensors. */
	if (in.rest.len > 0)
		sensors_load_seen(j->sensors, &in, now - JOINER_REPLAY);
	if (in.rest.len > 0)
		rejoin_load(j->rejoin, &in);
	if (in.bad || in.rest.len > 0)
		return false;
	j->resumed = now;
	return true;
}

nstime
joiner_reached(const struct joiner *j)
{
	return j->now;
}

struct judge *
joiner_judge(const struct joiner *j)
{
	return j->judge;
}

bool
joiner_sensor_at(const struct joiner *j, size_t i, struct joiner_sensor *sensor)
{
	const struct sensors_sensor *s = sensors_at(j->sensors, i);

	if (s == NULL)
		return false;
	*sensor = s->shown;
	return true;
}

void
joiner_seen_by(const struct joiner *j, const struct address *server,
    void (*sink)(void *arg, const char *name), void *arg)
{
	const struct sensors_sensor *s;

	for (const char *last = "";
	     (s = sensors_next_seer(j->sensors, server, last)) != NULL;
	     last = s->name)
		sink(arg, s->name);
}

void
joiner_stats(const struct joiner *j, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "joiner.refused", j->refused);
	output(arg, COUNTER_EVENT, "joiner.broken", j->broken);
	output(arg, COUNTER_EVENT, "joiner.replayed", j->replayed);
	output(arg, COUNTER_EVENT, "joiner.namesake", j->namesake);
	output(arg, COUNTER_EVENT, "joiner.missed", j->missed);
	output(arg, COUNTER_EVENT, "joiner.future", j->future);
	output(arg, COUNTER_EVENT, "joiner.uncorrected", j->uncorrected);
	output(arg, COUNTER_EVENT, "joiner.withheld", j->withheld);
	output(arg, COUNTER_LIMIT, "joiner.early", j->early);
	output(arg, COUNTER_LIMIT, "joiner.no_memory", j->no_memory);
	commonhosts_stats(j->hosts, output, arg);
	pairing_stats(j->pairing, output, arg);
	rejoin_stats(j->rejoin, output, arg);
}

void
joiner_stats_judged(const struct joiner *j, counter_output *output, void *arg)
{
	matcher_stats(j->matcher, output, arg);
	judge_stats(j->judge, output, arg);
}
