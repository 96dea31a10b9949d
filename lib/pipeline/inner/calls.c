/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/calls.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/lru.h"
#include "base/timerq.h"

enum { LEGS = 8, HELD = 32 };

/* How long a call that went well is kept, for a judge that wants it after
 * all. */
#define KEPT (2 * NSTIME_S)

struct calls_held {
	STAILQ_ENTRY(calls_held) next;
	uint32_t leg; /* 0: of none that waits */
	struct event *event;
};

struct calls_call {
	struct lru_entry entry;
	struct timerq_entry timer;
	uint64_t call;
	STAILQ_HEAD(, calls_held) held;
	unsigned held_count;
	struct callleg legs[LEGS];
	nstime last;    /* its latest message */
	nstime told_at; /* when something was wrong */
	bool told;
	bool again; /* .. which was a copy */
};

struct calls {
	struct calls_limits limits;
	struct calls_output output;
	struct lru *calls;
	struct timerq *timers;
	struct calls_call *current; /* of the latest message */
	uint64_t no_memory, told, halves;
};

static bool
same_call(const struct table_entry *entry, const void *key)
{
	return ((const struct calls_call *)entry)->call ==
	    *(const uint64_t *)key;
}

static void
drop(struct calls_call *call, struct calls_held *held)
{
	STAILQ_REMOVE(&call->held, held, calls_held, next);
	event_discard(held->event);
	free(held);
	call->held_count--;
}

static void
on_done(void *arg, void *object)
{
	struct calls *c = arg;
	struct calls_call *call = object;

	timerq_cancel(c->timers, &call->timer);
	while (call->held_count > 0)
		drop(call, STAILQ_FIRST(&call->held));
	if (c->current == call)
		c->current = NULL;
}

struct calls *
calls_new(const struct calls_limits *limits, const struct calls_output *output)
{
	struct calls *c = calloc(1, sizeof(*c));
	const struct lru_setup setup = {
		.limit = limits->calls,
		.octets = sizeof(struct calls_call),
		.equal = same_call,
		.done = on_done,
		.arg = c,
	};

	if (c == NULL)
		return NULL;
	c->limits = *limits;
	c->output = *output;
	c->timers = timerq_new();
	c->calls = lru_new(&setup, &limits->key);
	if (c->timers != NULL && c->calls != NULL)
		return c;
	calls_free(c);
	return NULL;
}

void
calls_free(struct calls *c)
{
	if (c == NULL)
		return;
	lru_free(c->calls);
	timerq_free(c->timers);
	free(c);
}

static struct calls_call *
use(struct calls *c, uint64_t id)
{
	const uint64_t hash = lru_hash(c->calls, slice_of(&id, sizeof(id)));
	struct calls_call *call = lru_find(c->calls, hash, &id);

	if (call == NULL) {
		call = lru_add(c->calls, hash);
		if (call == NULL) {
			c->no_memory++;
			return NULL;
		}
		call->call = id;
		STAILQ_INIT(&call->held);
	}
	lru_use(c->calls, call);
	return call;
}

static bool
all_settled(const struct calls_call *call)
{
	for (size_t i = 0; i < LEGS; i++)
		if (!callleg_is_settled(&call->legs[i]))
			return false;
	return true;
}

static void
hold(struct calls *c, struct calls_call *call, const struct event *event,
    uint32_t leg)
{
	struct calls_held *held = malloc(sizeof(*held));
	struct event *copy = held == NULL ? NULL : event_copy(event);

	if (copy == NULL) {
		free(held);
		c->no_memory++;
		return;
	}
	held->event = copy;
	held->leg = leg;
	STAILQ_INSERT_TAIL(&call->held, held, next);
	call->held_count++;
}

static void
tell_held(struct calls *c, struct calls_call *call, bool well)
{
	while (call->held_count > 0) {
		struct calls_held *held = STAILQ_FIRST(&call->held);

		c->output.event(c->output.arg, held->event, well);
		drop(call, held);
	}
}

static void
tell(struct calls *c, struct calls_call *call, nstime now)
{
	call->told = true;
	call->told_at = now;
	c->told++;
	tell_held(c, call, false);
}

static void
tell_half(struct calls *c, const struct calls_call *call, struct callleg *leg)
{
	const struct wire_half half = {
		.call = call->call,
		.leg = leg->number,
		.is_request = leg->asked,
		.client = leg->client,
		.server = leg->server,
		.now = leg->begun,
	};

	leg->told = true;
	c->halves++;
	c->output.half(c->output.arg, &half);
}

/* The leg of that number, made of its message if it is new; NULL: too many
 * wait. */
static struct callleg *
use_leg(struct calls_call *call, uint32_t number, const struct event *e)
{
	struct callleg *room = NULL;

	for (size_t i = 0; i < LEGS; i++) {
		struct callleg *leg = &call->legs[i];

		if (leg->number == number)
			return leg;
		if (room == NULL && leg->number == 0)
			room = leg;
	}
	for (size_t i = 0; room == NULL && i < LEGS; i++)
		if (callleg_is_settled(&call->legs[i]))
			room = &call->legs[i];
	if (room == NULL)
		return NULL;
	callleg_begin(room, number, e);
	return room;
}

static void
cancel(struct calls_call *call, nstime now)
{
	for (size_t i = 0; i < LEGS; i++)
		if (call->legs[i].is_invite)
			call->legs[i].cancelled = now;
}

/* False: the message shows that something is wrong. */
static bool
note_leg(struct calls *c, struct calls_call *call, uint32_t number,
    const struct event *e)
{
	const struct sip_message *m = e->message.message;
	struct callleg *leg;
	bool fine;

	call->again = false;
	if (slice_is(m->method, "ACK") || slice_is(m->method, "BENOTIFY"))
		return true;
	if (m->is_request && slice_is(m->method, "CANCEL"))
		cancel(call, e->now);
	leg = use_leg(call, number, e);
	if (leg == NULL)
		return false;
	if (m->is_request)
		return callleg_request(leg);
	fine = callleg_response(leg, m->status, &call->again);
	if (!leg->asked && !leg->told && !call->told)
		tell_half(c, call, leg);
	return fine;
}

static void
schedule(struct calls *c, struct calls_call *call)
{
	nstime at = call->told
	    ? nstime_after(call->told_at, c->limits.times.ringing)
	    : nstime_after(call->last, KEPT);

	if (!call->told && !all_settled(call))
		at = NSTIME_NEVER;
	for (size_t i = 0; i < LEGS && !call->told; i++) {
		const nstime leg =
		    callleg_due(&call->legs[i], &c->limits.times);

		if (leg < at)
			at = leg;
	}
	if (!timerq_set(c->timers, &call->timer, at)) {
		c->no_memory++;
		lru_forget(c->calls, call);
	}
}

static bool
waits(const struct calls_call *call, uint32_t leg)
{
	for (size_t i = 0; i < LEGS; i++)
		if (leg != 0 && call->legs[i].number == leg)
			return !callleg_is_settled(&call->legs[i]);
	return false;
}

/* There is room for one more, if some of it went well long ago. */
static bool
make_room(struct calls_call *call)
{
	struct calls_held *held;

	if (call->held_count < HELD)
		return true;
	STAILQ_FOREACH(held, &call->held, next)
	if (!waits(call, held->leg)) {
		drop(call, held);
		return true;
	}
	return false;
}

bool
calls_message(struct calls *c, uint64_t id, const struct event *e)
{
	struct calls_call *call = use(c, id);
	const uint32_t leg = wire_leg(e->message.message) | 1;
	bool well, told;

	c->current = call;
	if (call == NULL)
		return false;
	well = note_leg(c, call, leg, e);
	call->last = e->now;
	if (call->told)
		c->output.event(c->output.arg, e, false);
	else
		hold(c, call, e, leg);
	if (!call->told && (!well || !make_room(call)))
		tell(c, call, e->now);
	else if (call->told && !well)
		call->told_at = e->now;
	told = call->told;
	schedule(c, call);
	return told;
}

void
calls_attach(struct calls *c, const struct event *event)
{
	if (c->current == NULL)
		return;
	if (c->current->told)
		c->output.event(c->output.arg, event, false);
	else
		hold(c, c->current, event, 0);
}

void
calls_tell(struct calls *c, uint64_t id, nstime now)
{
	struct calls_call *call = use(c, id);

	if (call == NULL || call->told)
		return;
	if (call->last < now)
		call->last = now;
	tell(c, call, now);
	schedule(c, call);
}

/* A silent request is told as a half; a 1xx that leads nowhere as it is; one
 * that was asked about in vain is the judge's. */
static void
look(struct calls *c, struct calls_call *call, nstime now)
{
	for (size_t i = 0; i < LEGS; i++) {
		struct callleg *leg = &call->legs[i];

		if (callleg_due(leg, &c->limits.times) > now)
			continue;
		if (leg->status == 0 && !leg->told) {
			tell_half(c, call, leg);
		} else if (leg->status > 0 && leg->status < 200 &&
		    !callleg_rings(leg)) {
			tell(c, call, now);
			return;
		} else {
			leg->number = 0;
		}
	}
}

void
calls_tick(struct calls *c, nstime now)
{
	struct timerq_entry *timer;

	while ((timer = timerq_due(c->timers, now)) != NULL) {
		struct calls_call *call =
		    (struct calls_call *)(void *)((uint8_t *)timer -
			offsetof(struct calls_call, timer));

		if (call->told ||
		    (all_settled(call) &&
			nstime_passed(call->last, KEPT, now))) {
			lru_forget(c->calls, call);
			continue;
		}
		look(c, call, now);
		schedule(c, call);
	}
}

nstime
calls_next_deadline(const struct calls *c)
{
	return timerq_next_deadline(c->timers);
}

bool
calls_again(const struct calls *c)
{
	return c->current != NULL && c->current->again;
}

bool
calls_settled(const struct calls *c)
{
	return c->current != NULL && !c->current->told &&
	    all_settled(c->current);
}

void
calls_show(struct calls *c)
{
	if (c->current != NULL)
		tell_held(c, c->current, true);
}

static bool
is_open(const struct calls_call *call)
{
	return !call->told && !all_settled(call);
}

void
calls_finish(struct calls *c)
{
	struct calls_call *call;

	for (call = lru_oldest(c->calls); call != NULL; call = lru_newer(call))
		if (is_open(call))
			tell(c, call, call->last);
}

size_t
calls_count(const struct calls *c)
{
	return lru_count(c->calls);
}

void
calls_stats(const struct calls *c, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "calls.evicted", lru_evicted(c->calls));
	output(arg, COUNTER_LIMIT, "calls.no_memory", c->no_memory);
	output(arg, COUNTER_OTHER, "calls.told", c->told);
	output(arg, COUNTER_OTHER, "calls.halves", c->halves);
}
