/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/shardstream.h"

#include <stdlib.h>

#include "pipeline/inner/clocks.h"
#include "pipeline/matcher.h"

struct shardstream {
	struct callshard *shard;
	event_output *output;
	void *arg;
	struct event place; /* of what leaves next */
	nstime now;         /* deadlines up to here have fired */
	nstime ahead;       /* stamps less `now' */
};

static void
on_outcome(void *arg, const struct outcome *outcome)
{
	struct shardstream *s = arg;
	struct event event = s->place;

	event.kind = EVENT_OUTCOME;
	event.outcome = outcome;
	if (event.task == EVENT_BY_DEADLINE)
		event.flow = outcome->id;
	s->output(s->arg, &event);
}

static void
on_observed(void *arg, const struct observation *observation)
{
	struct shardstream *s = arg;
	struct event event = s->place;

	event.kind = EVENT_OBSERVED;
	event.observation = observation;
	s->output(s->arg, &event);
}

struct shardstream *
shardstream_new(
    const struct matcher_limits *limits, event_output *output, void *arg)
{
	struct shardstream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->output = output;
	s->arg = arg;
	s->now = INT64_MIN;
	s->shard = callshard_new(limits,
	    &(struct callshard_output){
		.outcome = on_outcome,
		.observed = on_observed,
		.arg = s,
	    });
	if (s->shard != NULL)
		return s;
	free(s);
	return NULL;
}

void
shardstream_free(struct shardstream *s)
{
	if (s == NULL)
		return;
	callshard_free(s->shard);
	free(s);
}

static void
place_deadline(struct shardstream *s, nstime now)
{
	s->now = now;
	s->place = (struct event){
		.now = now,
		.wall = now + s->ahead,
		.task = EVENT_BY_DEADLINE,
	};
}

/* Each deadline at its time, as if nothing else were on its way. */
static void
advance(struct shardstream *s, nstime until)
{
	nstime due;

	while ((due = callshard_next_deadline(s->shard)) <= until) {
		place_deadline(s, due < s->now ? s->now : due);
		callshard_tick(s->shard, s->now);
	}
	if (s->now < until)
		place_deadline(s, until);
}

void
shardstream_reached(struct shardstream *s, nstime now, nstime ahead)
{
	s->ahead = ahead;
	advance(s, now);
}

/* Its path is known before anything that becomes of it. */
static void
tell_path(struct shardstream *s, const struct origin *origin)
{
	struct event event = s->place;

	if (origin->flow != 0) {
		event.kind = EVENT_SPOKE;
		event.spoke = (struct event_spoke){
			.flow = origin->flow,
			.by_client = origin->to_server,
		};
	} else {
		event.kind = EVENT_PACKET;
		event.packet_of = (struct event_packet){
			.from = origin->from.address,
			.to = origin->to.address,
		};
	}
	s->output(s->arg, &event);
}

/* Most messages show no clock, and are not copied once more. */
static void
tell_settled(struct shardstream *s, const struct event *e,
    const struct callshard_settled *settled)
{
	struct event event;

	if (!settled->input.missed &&
	    (e->message.read ||
		!clocks_may_tell(e->message.message, &settled->input)))
		return;
	event = *e;
	event.message.origin = *settled->origin;
	event.message.matched = true;
	event.message.input = settled->input;
	s->output(s->arg, &event);
}

void
shardstream_input(struct shardstream *s, const struct event *e)
{
	struct callshard_settled settled;

	advance(s, e->task == EVENT_BY_PACKET ? e->now : e->now - 1);
	s->place = (struct event){
		.now = e->now,
		.wall = e->wall,
		.unstamped = e->unstamped,
		.packet = e->packet,
		.task = e->task,
		.flow = e->flow,
		.sequence = e->sequence,
		.reader = e->reader,
	};
	tell_path(s, &e->message.origin);
	callshard_at(s->shard, e->sequence);
	callshard_expect(s->shard, &e->message);
	callshard_input(s->shard, &e->message, &settled);
	tell_settled(s, e, &settled);
}

struct callshard *
shardstream_shard(struct shardstream *s)
{
	return s->shard;
}
