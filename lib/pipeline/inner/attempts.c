/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/attempts.h"

#include <stdlib.h>

#include "base/nstime.h"
#include "pipeline/inner/attempt.h"

enum { LOOKS = 5 /* at octets that are not acknowledged */ };

#define LOOK_AFTER (7 * NSTIME_S)
#define STALLED (30 * NSTIME_S)
#define IMPATIENT (1 * NSTIME_S)

/* A server that hangs up so soon after accepting a connection, or after a
 * request, does it for that. */
#define HANGS_UP_WITHIN (2 * NSTIME_S)

/* Writes further apart are different requests. */
#define ANOTHER_REQUEST (500 * NSTIME_MS)

/* A connection that keeps working is reported this often. */
#define KEPT_EVERY (60 * NSTIME_S)

struct attempts {
	struct attempt_output output;
	struct timerq *timers;
	uint64_t impatient, no_memory;
};

struct attempts *
attempts_new(context_output *output, void *arg)
{
	struct attempts *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->output = (struct attempt_output){ .output = output, .arg = arg };
	a->timers = timerq_new();
	if (a->timers != NULL)
		return a;
	free(a);
	return NULL;
}

void
attempts_free(struct attempts *a)
{
	if (a == NULL)
		return;
	timerq_free(a->timers);
	free(a);
}

static struct attempt *
attempt_of(struct attempts *a, const struct tcpreasm_event *e, void **slot)
{
	struct attempt *t = *slot;

	if (t != NULL)
		return t;
	t = calloc(1, sizeof(*t));
	if (t == NULL) {
		a->no_memory++;
		return NULL;
	}
	*t = (struct attempt){
		.id = e->connection,
		.lost = e->guessed,
		.look_at = NSTIME_NEVER,
		.spoke = e->now,
		.began = e->wall,
		.kept_at = e->now,
	};
	*slot = t;
	return t;
}

/* It went before the server had time to send anything. */
static bool
is_impatient(const struct tcpreasm *tcp, const struct attempt *t,
    const struct tcpreasm_event *end)
{
	return !t->answered && t->client_spoke &&
	    context_hung_up(tcp, end) < nstime_after(t->spoke, IMPATIENT);
}

static nstime
stalls_at(const struct attempt *t)
{
	return t->may_stall ? nstime_after(t->hello, STALLED) : NSTIME_NEVER;
}

static void
set_timer(struct attempts *a, struct attempt *t)
{
	const nstime stalls = stalls_at(t);
	const nstime at = t->look_at < stalls ? t->look_at : stalls;

	if (at == NSTIME_NEVER || t->ended)
		timerq_cancel(a->timers, &t->timer);
	else if (!timerq_queued(&t->timer) ||
	    timerq_deadline(a->timers, &t->timer) != at)
		if (!timerq_set_ordered(a->timers, &t->timer, at, t->id))
			a->no_memory++;
}

static void
undelivered(struct attempts *a, struct attempt *t, nstime now, nstime wall)
{
	if (t->stalled)
		return;
	if (!attempt_is_up(t)) {
		attempt_fail(&a->output, t, CONNECTION_BLACKHOLE, now, wall);
		return;
	}
	t->stalled = true;
	attempt_fail_established(
	    &a->output, t, CONNECTION_BLACKHOLE, t->pending, now, wall);
}

/* Sent but not acknowledged yet: look again later, a few times. */
static void
look(struct attempts *a, const struct tcpreasm *tcp, struct attempt *t,
    nstime now, nstime wall)
{
	struct tcpreasm_facts sent;

	t->look_at = NSTIME_NEVER;
	if (!tcpreasm_facts(tcp, t->id, TCPREASM_TO_SERVER, &sent))
		return;
	if (context_undelivered(&sent))
		undelivered(a, t, now, wall);
	else if (sent.acknowledged < sent.seen && t->looks-- > 0)
		t->look_at = nstime_after(now, LOOK_AFTER);
}

static void
on_answer(struct attempts *a, struct attempt *t, const struct tcpreasm_event *e)
{
	if (!t->answered) {
		attempt_worked(
		    &a->output, t, CONNECTION_ANSWERED, e->now, e->wall);
	} else if (attempt_is_up(t) && t->asked &&
	    nstime_passed(t->kept_at, KEPT_EVERY, e->now)) {
		t->kept_at = e->now;
		attempt_worked(&a->output, t, CONNECTION_KEPT, e->now, e->wall);
	}
	t->answered = true;
	t->asked = t->requested = false;
	t->answered_at = e->now;
}

/* Count it, and report it where nothing is delivered any more. */
static void
on_ask(struct attempts *a, const struct tcpreasm *tcp, struct attempt *t,
    const struct tcpreasm_event *e)
{
	struct tcpreasm_facts sent;
	const bool another =
	    !t->asked || nstime_passed(t->asked_at, ANOTHER_REQUEST, e->now);

	if (!t->client_spoke && !t->answered)
		t->spoke = e->now;
	t->client_spoke = t->asked = true;
	t->asked_at = e->now;
	if (attempt_may_expect_answer(t, e->octets)) {
		t->requested = true;
		t->requested_at = e->now;
	}
	if (!tcpreasm_facts(tcp, t->id, TCPREASM_TO_SERVER, &sent))
		return;
	if (sent.acknowledged >= e->offset) {
		t->pending = 1;
		t->failed = t->failed && !t->stalled;
		t->stalled = false;
		return;
	}
	if (another && t->pending < UINT16_MAX)
		t->pending++;
	if (t->stalled && another)
		attempt_fail_established(
		    &a->output, t, CONNECTION_BLACKHOLE, 1, e->now, e->wall);
}

static void
on_data(struct attempts *a, const struct tcpreasm *tcp, struct attempt *t,
    const struct tcpreasm_event *e)
{
	if (e->direction == TCPREASM_TO_CLIENT) {
		on_answer(a, t, e);
		return;
	}
	if (attempt_asks(e->octets))
		on_ask(a, tcp, t, e);
	if (t->failed || t->look_at != NSTIME_NEVER)
		return;
	t->looks = LOOKS;
	t->look_at = nstime_after(e->now, LOOK_AFTER);
	set_timer(a, t);
}

/* The server hung up at `when': was it for what the client did? */
static void
judge_end(struct attempts *a, const struct tcpreasm *tcp, struct attempt *t,
    const struct tcpreasm_event *e, nstime when)
{
	const bool reset = e->fact == TCPREASM_RESET;
	const enum connection_class class =
	    reset ? CONNECTION_RESET : CONNECTION_CLOSED;

	if (t->lost || t->failed || !context_two_way(tcp, e->connection))
		return;
	if (t->answered) {
		if (attempt_is_up(t) && t->requested &&
		    when >= t->requested_at &&
		    !nstime_passed(t->requested_at, HANGS_UP_WITHIN, when))
			attempt_fail_established(
			    &a->output, t, class, 1, e->now, e->wall);
		return;
	}
	/* A connection that ends within a handshake is reported as that. */
	if (t->client_spoke ? (reset || !t->tls)
			    : !nstime_passed(t->spoke, HANGS_UP_WITHIN, when))
		attempt_fail(&a->output, t, class, e->now, e->wall);
}

static void
on_end(struct attempts *a, const struct tcpreasm *tcp, struct attempt *t,
    const struct tcpreasm_event *e)
{
	const nstime when = context_server_hung_up(tcp, e);
	struct tcpreasm_facts sent;

	if (t->ended)
		return;
	t->ended = true;
	set_timer(a, t);
	if (tcpreasm_facts(tcp, e->connection, TCPREASM_TO_SERVER, &sent) &&
	    context_undelivered(&sent))
		undelivered(a, t, e->now, e->wall);
	else if (when != NSTIME_NEVER)
		judge_end(a, tcp, t, e, when);
	if (attempt_is_up(t) && !t->failed && !t->asked)
		attempt_worked(&a->output, t, CONNECTION_KEPT, e->now, e->wall);
}

static void
on_opened(struct attempts *a, const struct tcpreasm_event *e, void **slot)
{
	struct attempt *t = attempt_of(a, e, slot);

	if (t != NULL)
		attempt_worked(
		    &a->output, t, CONNECTION_OPENED, e->now, e->wall);
}

static void
on_refused(struct attempts *a, const struct tcpreasm_event *e)
{
	struct attempt t = { .id = e->connection };

	attempt_fail(&a->output, &t, CONNECTION_REFUSED, e->now, e->wall);
}

/* The client that its proxy named. */
static void
take_proxied(
    struct attempts *a, struct attempt *t, const struct endpoint *proxied)
{
	if (t == NULL || proxied->address.version == 0)
		return;
	if (t->proxied == NULL)
		t->proxied = malloc(sizeof(*t->proxied));
	if (t->proxied == NULL)
		a->no_memory++;
	else
		*t->proxied = *proxied;
}

static void
forget(struct attempts *a, void **slot)
{
	struct attempt *t = *slot;

	if (t == NULL)
		return;
	timerq_cancel(a->timers, &t->timer);
	attempt_free(t);
	*slot = NULL;
}

void
attempts_tcp(struct attempts *a, const struct context *context,
    const struct tcpreasm_event *e, void **slot)
{
	struct attempt *t = *slot;

	a->output.tcp = context->tcp;
	take_proxied(a, t, &e->proxied);
	switch (e->fact) {
	case TCPREASM_OPENED:
		on_opened(a, e, slot);
		break;
	case TCPREASM_REFUSED:
		on_refused(a, e);
		break;
	case TCPREASM_DATA:
		t = attempt_of(a, e, slot);
		if (t != NULL)
			on_data(a, context->tcp, t, e);
		break;
	case TCPREASM_GAP:
		if (t != NULL)
			t->lost = true;
		break;
	case TCPREASM_CLOSED:
	case TCPREASM_RESET:
		if (t != NULL)
			on_end(a, context->tcp, t, e);
		break;
	case TCPREASM_FORGOTTEN:
		forget(a, slot);
		break;
	case TCPREASM_UNANSWERED: /* the matcher's: ICMP may report why */
	case TCPREASM_REPLACED:
	case TCPREASM_ACKNOWLEDGED:
	case TCPREASM_RESENT:
		break;
	}
}

static void
on_alert(
    struct attempts *a, struct attempt *t, const struct tlsflow_event *event)
{
	if (!event->fatal || t->failed || t->secured || t->lost)
		return;
	t->failed = true;
	attempt_tell_failed(&a->output, t,
	    &(struct connection_failure){
		.class = CONNECTION_TLS_ALERT,
		.tls_alert = event->alert,
		.tls_alert_name = tlsflow_alert_name(event->alert),
		.alert_from_server = event->from == TLSFLOW_SERVER,
		.now = event->now,
		.wall = event->wall,
	    });
}

static void
secured(struct attempts *a, struct attempt *t, const struct tlsflow_event *e)
{
	if (t->secured)
		return;
	t->secured = true;
	t->may_stall = false;
	set_timer(a, t);
	attempt_worked(&a->output, t, CONNECTION_SECURED, e->now, e->wall);
}

static bool
is_tls13(const struct tlsflow_facts *facts)
{
	return facts->version >= 0x0304;
}

/* From TLS 1.3 on the client's encrypted records show whether it agrees to what
 * the server sent.  Its end of early data and a list of no certificates are as
 * small as an alert, but a Finished follows. */
static void
on_record(struct attempts *a, struct attempt *t, const struct tlsflow_event *e)
{
	if (e->from == TLSFLOW_CLIENT && is_tls13(e->facts) &&
	    e->octets >= TLSFLOW_FINISHED)
		secured(a, t, e);
}

/* A hole of the capture may have held the verdict on a stalled handshake until
 * its client hung up. */
static enum connection_class
class_of_end(const struct tcpreasm *tcp, const struct attempt *t,
    const struct tlsflow_event *e)
{
	const nstime hung_up = context_hung_up(tcp, e->tcp);

	return hung_up != NSTIME_NEVER && t->tls &&
		nstime_passed(t->hello, STALLED, hung_up)
	    ? CONNECTION_TLS_STALLED
	    : CONNECTION_TLS_CLOSED;
}

/* The connection ended; in the middle of the handshake? */
static void
on_tls_end(struct attempts *a, const struct tcpreasm *tcp, struct attempt *t,
    const struct tlsflow_event *e)
{
	if (t->secured || t->lost || e->facts->lost ||
	    !e->facts->client_hello || e->tcp->fact == TCPREASM_FORGOTTEN)
		return;
	if (is_impatient(tcp, t, e->tcp)) {
		a->impatient++;
		return;
	}
	if (context_two_way(tcp, t->id))
		attempt_fail(
		    &a->output, t, class_of_end(tcp, t, e), e->now, e->wall);
}

static void
begin_tls(struct attempts *a, struct attempt *t, const struct tlsflow_event *e)
{
	if (t->tls || t->secured)
		return;
	t->tls = true;
	if (t->lost)
		return;
	t->hello = e->now;
	t->may_stall = true;
	set_timer(a, t);
}

void
attempts_tls(struct attempts *a, const struct context *context,
    const struct tlsflow_event *e, void **slot)
{
	struct attempt *t = *slot;

	if (t == NULL)
		return;
	a->output.tcp = context->tcp;
	t->lost = t->lost || (e->facts->lost && !t->adopted);
	if (e->facts->version != 0)
		t->version = e->facts->version;
	else if (e->facts->offered != 0)
		t->version = e->facts->offered;
	switch (e->kind) {
	case TLSFLOW_HELLO:
		if (e->from == TLSFLOW_CLIENT)
			begin_tls(a, t, e);
		break;
	case TLSFLOW_ALERT:
		on_alert(a, t, e);
		break;
	case TLSFLOW_ESTABLISHED:
		if (!is_tls13(e->facts))
			secured(a, t, e);
		break;
	case TLSFLOW_RECORD:
		on_record(a, t, e);
		break;
	case TLSFLOW_ENDED:
		on_tls_end(a, context->tcp, t, e);
		break;
	case TLSFLOW_CERTIFICATE:
	case TLSFLOW_STAMP:
		break;
	}
}

void
attempts_tick(
    struct attempts *a, const struct context *context, nstime now, nstime wall)
{
	struct timerq_entry *due;

	a->output.tcp = context->tcp;
	while ((due = timerq_due(a->timers, now)) != NULL) {
		struct attempt *t = (struct attempt *)due;

		timerq_cancel(a->timers, due);
		if (stalls_at(t) <= now) {
			t->may_stall = false;
			if (!t->lost && context_waiting(context->tcp, t->id))
				attempt_fail(&a->output, t,
				    CONNECTION_TLS_STALLED, now, wall);
		}
		if (t->look_at <= now)
			look(a, context->tcp, t, now, wall);
		set_timer(a, t);
	}
}

nstime
attempts_next_deadline(const struct attempts *a)
{
	return timerq_next_deadline(a->timers);
}

void
attempts_stats(const struct attempts *a, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "attempts.impatient", a->impatient);
	output(arg, COUNTER_LIMIT, "attempts.no_memory", a->no_memory);
}
