/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/exchanges.h"

#include <stdlib.h>

#include "base/timerq.h"
#include "base/nstime.h"

/* A SERVICE with its body is more than 1 kB; a keep-alive is 40 octets, and
 * what some stacks cut off a record's front. */
enum { REQUEST = EXCHANGES_REQUEST, MESSAGE = 200 };

/* Other SIP of a host is reported once a second and connection. */
#define ACTIVE_EVERY NSTIME_S

/* A record that follows an answer this closely belongs to it. */
#define SAME_ANSWER NSTIME_S

/* One connection. */
struct exchange {
	struct timerq_entry timer;
	uint64_t id;
	struct endpoint client, server;
	bool timed;   /* on one of our ports */
	bool waiting; /* for an answer to: */
	size_t octets;
	uint64_t end;
	nstime sent, sent_wall;
	bool doubtful; /* the client's latest may have been a response */
	bool whole;    /* a message was in the latest answer */
	unsigned told; /* as unanswered, since the latest answer */
	nstime pushed; /* the server sent something unasked */
	nstime answered;
	nstime active;
};

struct exchanges {
	struct exchanges_limits limits;
	context_output *output;
	void *arg;
	struct timerq *timers;
	uint64_t unknown_loss, no_memory;
};

struct exchanges *
exchanges_new(
    const struct exchanges_limits *limits, context_output *output, void *arg)
{
	struct exchanges *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->output = output;
	x->arg = arg;
	x->timers = timerq_new();
	if (x->timers == NULL) {
		free(x);
		return NULL;
	}
	exchanges_set(x, limits);
	return x;
}

void
exchanges_free(struct exchanges *x)
{
	if (x == NULL)
		return;
	timerq_free(x->timers);
	free(x);
}

void
exchanges_set(struct exchanges *x, const struct exchanges_limits *limits)
{
	x->limits = *limits;
}

static struct silence_leg
leg_of(const struct exchange *t)
{
	return (struct silence_leg){ t->client, t->server };
}

static void
tell_leg(struct exchanges *x, const struct exchange *t,
    enum observation_kind kind, nstime now, nstime wall)
{
	x->output(x->arg, t->id,
	    &(struct observation){
		.kind = kind,
		.now = now,
		.wall = wall,
		.leg = leg_of(t),
	    });
}

static struct exchange *
exchange_of(struct exchanges *x, const struct tlsflow_event *e, void **slot)
{
	struct exchange *t = *slot;

	if (t != NULL)
		return t;
	t = calloc(1, sizeof(*t));
	if (t == NULL) {
		x->no_memory++;
		return NULL;
	}
	t->id = e->tcp->connection;
	t->client = e->client;
	t->server = e->server;
	t->timed = portset_has(&x->limits.ports, e->server.port);
	t->active = t->answered = t->pushed = INT64_MIN;
	*slot = t;
	return t;
}

static void
on_request(
    struct exchanges *x, struct exchange *t, const struct tlsflow_event *e)
{
	if (e->octets < REQUEST || t->waiting)
		return;
	t->doubtful = !nstime_passed(t->pushed, x->limits.transaction, e->now);
	if (t->doubtful)
		return;
	if (!timerq_set_ordered(x->timers, &t->timer,
		nstime_after(e->now, x->limits.patience), t->id)) {
		x->no_memory++;
		return;
	}
	t->waiting = true;
	t->octets = e->octets;
	t->end = e->end;
	t->sent = e->now;
	t->sent_wall = e->wall;
}

static void
on_answer(
    struct exchanges *x, struct exchange *t, const struct tlsflow_event *e)
{
	const bool message = e->octets >= MESSAGE;

	if (!t->waiting && !nstime_passed(t->answered, SAME_ANSWER, e->now) &&
	    !(message && t->whole)) {
		t->answered = e->now;
		t->whole = t->whole || message;
		return;
	}
	if (!t->waiting) {
		t->pushed = e->now;
		if (!t->doubtful)
			return;
	}
	t->waiting = t->doubtful = false;
	t->told = 0;
	t->answered = e->now;
	t->whole = message;
	timerq_cancel(x->timers, &t->timer);
	tell_leg(x, t, OBSERVATION_ANSWERED, e->now, e->wall);
}

static void
tell_active(
    struct exchanges *x, struct exchange *t, const struct tlsflow_event *e)
{
	const bool client = e->from == TLSFLOW_CLIENT;

	if (!nstime_passed(t->active, ACTIVE_EVERY, e->now))
		return;
	t->active = e->now;
	x->output(x->arg, t->id,
	    &(struct observation){
		.kind = OBSERVATION_ACTIVE,
		.now = e->now,
		.wall = e->wall,
		.a = client ? t->client : t->server,
	    });
}

static bool
in_view(const struct context *context, const struct exchange *t)
{
	struct tcpreasm_facts request, reply;

	if (!tcpreasm_facts(
		context->tcp, t->id, TCPREASM_TO_SERVER, &request) ||
	    !tcpreasm_facts(context->tcp, t->id, TCPREASM_TO_CLIENT, &reply))
		return false;
	return request.acknowledged >= t->end && reply.segments > 0 &&
	    reply.last_gap < t->sent && context->last_drop < t->sent;
}

/* Its time has come. */
static void
judge(struct exchanges *x, const struct context *context, struct exchange *t,
    nstime now, nstime wall)
{
	t->waiting = false;
	timerq_cancel(x->timers, &t->timer);
	if (!in_view(context, t)) {
		x->unknown_loss++;
		tell_leg(x, t, OBSERVATION_UNSEEN, now, wall);
		return;
	}
	t->told++;
	x->output(x->arg, t->id,
	    &(struct observation){
	        .kind = OBSERVATION_UNANSWERED,
	        .now = now,
	        .wall = wall,
	        .request = {
	            .leg = leg_of(t),
	            .connection = t->id,
	            .octets = t->octets,
	            .sent = t->sent,
	            .sent_wall = t->sent_wall,
	            .now = now,
	            .wall = wall,
	        },
	    });
}

static void
on_record(
    struct exchanges *x, struct exchange *t, const struct tlsflow_event *e)
{
	if (!t->timed)
		tell_active(x, t, e);
	else if (e->may_be_handshake)
		return;
	else if (e->from == TLSFLOW_CLIENT)
		on_request(x, t, e);
	else
		on_answer(x, t, e);
}

void
exchanges_tls(struct exchanges *x, const struct context *context,
    const struct tlsflow_event *e, void **slot)
{
	struct exchange *t = *slot;

	if (e->kind == TLSFLOW_RECORD) {
		t = exchange_of(x, e, slot);
		if (t != NULL)
			on_record(x, t, e);
	} else if (e->kind == TLSFLOW_ENDED && t != NULL && t->waiting) {
		if (nstime_passed(t->sent, x->limits.transaction, e->now))
			judge(x, context, t, e->now, e->wall);
		t->waiting = false;
		timerq_cancel(x->timers, &t->timer);
	}
}

void
exchanges_gap(
    struct exchanges *x, const struct tcpreasm_event *gap, void **slot)
{
	struct exchange *t = *slot;

	if (t == NULL || gap->direction != TCPREASM_TO_CLIENT)
		return;
	for (; t->told > 0; t->told--)
		tell_leg(x, t, OBSERVATION_DOUBTED, gap->now, gap->wall);
}

void
exchanges_forget(struct exchanges *x, void **slot)
{
	struct exchange *t = *slot;

	if (t == NULL)
		return;
	timerq_cancel(x->timers, &t->timer);
	free(t);
	*slot = NULL;
}

void
exchanges_tick(
    struct exchanges *x, const struct context *context, nstime now, nstime wall)
{
	struct timerq_entry *due;

	while ((due = timerq_due(x->timers, now)) != NULL)
		judge(x, context, (struct exchange *)due, now, wall);
}

nstime
exchanges_next_deadline(const struct exchanges *x)
{
	return timerq_next_deadline(x->timers);
}

void
exchanges_stats(const struct exchanges *x, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "exchanges.unknown_loss", x->unknown_loss);
	output(arg, COUNTER_LIMIT, "exchanges.no_memory", x->no_memory);
}
