/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/part.h"

#include "pipeline/inner/partroom.h"

ROOM_OF_OBSERVATIONS(timeout)
ROOM_WITH_DEADLINES(timeout)
ROOM_THAT_SAVES(timeout)
ROOM_THAT_LOADS(timeout)

static void
timeout_part_input(void *room, struct part_case *c)
{
	const struct observation *o = c->observation;

	if (o->kind == OBSERVATION_TRANSACTION)
		c->verdict =
		    timeout_input(room, o->outcome, &o->delivery, o->wall);
	else
		timeout_gap(room, &o->gap);
}

static void
timeout_part_recall(void *room, struct part_case *c)
{
	const struct observation *o = c->observation;

	if (o->kind == OBSERVATION_TRANSACTION)
		c->verdict = timeout_recall(room, o->outcome, &o->delivery);
	else
		timeout_recall_gap(room, &o->gap);
}

const struct part part_timeout = {
	.name = "timeout",
	.hears = HEARS(TRANSACTION) | HEARS(GAP),
	.recall = timeout_part_recall,
	.new = timeout_part_new,
	.free = timeout_part_free,
	.set = timeout_part_set,
	.input = timeout_part_input,
	.tick = timeout_part_tick,
	.next_deadline = timeout_part_next_deadline,
	.save = timeout_part_save,
	.load = timeout_part_load,
	.stats = timeout_part_stats,
};

ROOM_OF_OBSERVATIONS(slow)
ROOM_THAT_SAVES(slow)
ROOM_THAT_LOADS(slow)

static void
slow_part_input(void *room, struct part_case *c)
{
	const struct observation *o = c->observation;

	slow_input(room, o->outcome, &o->delivery, c->verdict, o->wall);
}

static void
slow_part_recall(void *room, struct part_case *c)
{
	slow_recall(room, c->observation->outcome, c->verdict);
}

const struct part part_slow = {
	.name = "slow",
	.recall = slow_part_recall,
	.hears = HEARS(TRANSACTION),
	.new = slow_part_new,
	.free = slow_part_free,
	.set = slow_part_set,
	.input = slow_part_input,
	.save = slow_part_save,
	.load = slow_part_load,
	.stats = slow_part_stats,
};

ROOM_OF_OBSERVATIONS(visibility)
ROOM_WITH_DEADLINES(visibility)
ROOM_THAT_SAVES(visibility)
ROOM_THAT_LOADS(visibility)

static void
visibility_part_input(void *room, struct part_case *c)
{
	const struct observation *o = c->observation;

	if (o->kind == OBSERVATION_TRANSACTION)
		visibility_transaction(
		    room, o->outcome, &o->delivery, c->verdict, o->wall);
	else if (o->kind == OBSERVATION_AGENT)
		visibility_agent(
		    room, &o->a.address, &o->agent, o->now, o->wall);
	else if (o->kind == OBSERVATION_LIMITED)
		visibility_limited(room, o->limit, o->now, o->wall);
	else if (o->kind == OBSERVATION_TRUNCATED)
		visibility_truncated(room, o->now, o->wall);
	else if (o->kind == OBSERVATION_DECRYPTED)
		visibility_opened(room, &o->b, o->now, o->wall);
	else
		visibility_refused(room, &o->b, o->unread, o->now, o->wall);
}

const struct part part_visibility = {
	.name = "visibility",
	.hears = HEARS(TRANSACTION) | HEARS(TRUNCATED) | HEARS(DECRYPTED) |
	    HEARS(UNDECRYPTED) | HEARS(AGENT) | HEARS(LIMITED),
	.new = visibility_part_new,
	.free = visibility_part_free,
	.set = visibility_part_set,
	.input = visibility_part_input,
	.tick = visibility_part_tick,
	.next_deadline = visibility_part_next_deadline,
	.save = visibility_part_save,
	.load = visibility_part_load,
	.stats = visibility_part_stats,
};

ROOM_OF_OBSERVATIONS(skew)
ROOM_WITH_DEADLINES(skew)
ROOM_THAT_HOLDS(skew)
ROOM_THAT_SAVES(skew)
ROOM_THAT_LOADS(skew)

static void
both_answered(
    struct skew *skew, const struct address *a, const struct address *b)
{
	skew_answered(skew, a);
	skew_answered(skew, b);
}

static void
both_speak_sip(
    struct skew *skew, const struct address *a, const struct address *b)
{
	skew_speaks_sip(skew, a);
	skew_speaks_sip(skew, b);
}

/*
 * A host that dials the A/V authentication port, or answers there, is a server
 * whose clock matters more than a phone's (DESIGN section 7).  Of others over
 * UDP nothing but an answer shows that they speak SIP; on TCP their connections
 * do.
 */
static void
learn_of_transaction(
    struct skew *skew, const struct part_case *c, const struct outcome *o)
{
	const bool answered = o->event == OUTCOME_ANSWERED;

	if (answered)
		both_answered(skew, &o->uac.address, &o->uas.address);
	if (o->watched && portset_has(&c->limits->server_ports, o->uas.port)) {
		skew_role(skew, &o->uac.address, false);
		if (answered)
			skew_role(skew, &o->uas.address, true);
	} else if (answered && o->transport == TRANSPORT_UDP) {
		both_speak_sip(skew, &o->uac.address, &o->uas.address);
	}
}

static void
learn_of_connection(struct skew *skew, const struct part_case *c,
    const struct connection_success *s)
{
	both_speak_sip(skew, &s->client.address, &s->server.address);
	if (s->stage == CONNECTION_OPENED)
		both_answered(skew, &s->client.address, &s->server.address);
	if (s->stage != CONNECTION_SECURED ||
	    !portset_has(&c->limits->server_ports, s->server.port))
		return;
	skew_role(skew, &s->client.address, false);
	skew_role(skew, &s->server.address, true);
}

/* Whatever hands on messages by HEP is part of a site's servers. */
static void
learn_of_clock(struct skew *skew, const struct stamp *stamp)
{
	if (stamp->witness == WITNESS_HEP)
		skew_role(skew, &stamp->peer, true);
	skew_input(skew, stamp);
}

static void
skew_part_input(void *room, struct part_case *c)
{
	const struct observation *o = c->observation;

	if (o->kind == OBSERVATION_TRANSACTION) {
		learn_of_transaction(room, c, o->outcome);
	} else if (o->kind == OBSERVATION_CLOCK) {
		learn_of_clock(room, &o->stamp);
	} else if (o->kind == OBSERVATION_WORKED) {
		learn_of_connection(room, c, &o->success);
	} else if (o->kind == OBSERVATION_ASKS_TIME) {
		skew_answered(room, &o->a.address);
	} else {
		skew_serves_time(room, &o->b.address, &o->a.address);
	}
}

const struct part part_skew = {
	.name = "skew",
	.hears = HEARS(TRANSACTION) | HEARS(CLOCK) | HEARS(WORKED) |
	    HEARS(ASKS_TIME) | HEARS(SERVES_TIME),
	.new = skew_part_new,
	.free = skew_part_free,
	.set = skew_part_set,
	.input = skew_part_input,
	.tick = skew_part_tick,
	.next_deadline = skew_part_next_deadline,
	.finish = skew_part_finish,
	.save = skew_part_save,
	.load = skew_part_load,
	.stats = skew_part_stats,
};

ROOM_OF_OBSERVATIONS(connection)
ROOM_THAT_SAVES(connection)
ROOM_THAT_LOADS(connection)

/* Over UDP nothing but an answer shows that a server works. */
static void
connection_part_input(void *room, struct part_case *c)
{
	const struct observation *o = c->observation;

	if (o->kind == OBSERVATION_FAILED)
		connection_failed(room, &o->failure);
	else if (o->kind == OBSERVATION_WORKED)
		connection_worked(room, &o->success);
	else if (o->outcome->event == OUTCOME_ANSWERED &&
	    o->outcome->transport == TRANSPORT_UDP)
		connection_udp_worked(room, &o->outcome->uac, &o->outcome->uas,
		    o->outcome->now, o->wall);
}

const struct part part_connection = {
	.name = "connection",
	.hears = HEARS(TRANSACTION) | HEARS(FAILED) | HEARS(WORKED),
	.new = connection_part_new,
	.free = connection_part_free,
	.set = connection_part_set,
	.input = connection_part_input,
	.save = connection_part_save,
	.load = connection_part_load,
	.stats = connection_part_stats,
};

ROOM_OF_OBSERVATIONS(silence)
ROOM_THAT_SAVES(silence)
ROOM_THAT_LOADS(silence)

static void
silence_part_input(void *room, struct part_case *c)
{
	const struct observation *o = c->observation;

	if (o->kind == OBSERVATION_ANSWERED)
		silence_answered(room, &o->leg, o->now, o->wall);
	else if (o->kind == OBSERVATION_UNANSWERED)
		silence_unanswered(room, &o->request);
	else if (o->kind == OBSERVATION_DOUBTED)
		silence_doubted(room, &o->leg, o->now, o->wall);
	else if (o->kind == OBSERVATION_UNSEEN)
		silence_unseen(room, &o->leg, o->now, o->wall);
	else if (o->kind == OBSERVATION_ACTIVE)
		silence_active(room, &o->a.address, o->now, o->wall);
	else if (!portset_has(&c->limits->server_ports, o->outcome->uas.port))
		silence_active(
		    room, &o->outcome->uac.address, o->outcome->now, o->wall);
}

const struct part part_silence = {
	.name = "silence",
	.hears = HEARS(TRANSACTION) | HEARS(ANSWERED) | HEARS(UNANSWERED) |
	    HEARS(DOUBTED) | HEARS(UNSEEN) | HEARS(ACTIVE),
	.new = silence_part_new,
	.free = silence_part_free,
	.set = silence_part_set,
	.input = silence_part_input,
	.save = silence_part_save,
	.load = silence_part_load,
	.stats = silence_part_stats,
};

ROOM_OF_OBSERVATIONS(certificate)
ROOM_WITH_DEADLINES(certificate)
ROOM_THAT_HOLDS(certificate)
ROOM_THAT_SAVES(certificate)
ROOM_THAT_LOADS(certificate)

static void
tell_clock(struct certificate *certificate, struct skew *skew,
    const struct address *address)
{
	struct skew_estimate e;

	if (skew_estimate_of(skew, address, &e))
		certificate_clock(
		    certificate, address, e.offset, e.uncertainty);
	else
		certificate_clock_unknown(certificate, address);
}

/* A certificate is judged by the clocks of both ends too. */
static void
certificate_part_input(void *room, struct part_case *c)
{
	const struct certificate_sight *sight = &c->observation->certificate;
	const struct connection_failure *f = &c->observation->failure;

	if (c->observation->kind == OBSERVATION_FAILED) {
		if (f->class == CONNECTION_TLS_ALERT ||
		    f->class == CONNECTION_TLS_CLOSED)
			certificate_refused(room, &f->server, f->now, f->wall);
		return;
	}
	certificate_vouched(
	    room, skew_vouched(c->skew), sight->now, sight->wall);
	tell_clock(room, c->skew, &sight->client.address);
	tell_clock(room, c->skew, &sight->server.address);
	certificate_input(room, sight);
}

const struct part part_certificate = {
	.name = "certificate",
	.hears = HEARS(CERTIFICATE) | HEARS(FAILED),
	.new = certificate_part_new,
	.free = certificate_part_free,
	.set = certificate_part_set,
	.input = certificate_part_input,
	.tick = certificate_part_tick,
	.next_deadline = certificate_part_next_deadline,
	.finish = certificate_part_finish,
	.save = certificate_part_save,
	.load = certificate_part_load,
	.stats = certificate_part_stats,
};

ANY_ROOM(ledger)
ROOM_THAT_SAVES(ledger)
ROOM_THAT_LOADS(ledger)

static void *
ledger_part_new(const struct judge_limits *l, const struct part_output *output)
{
	(void)output;
	return ledger_new(&l->ledger);
}

static void
ledger_part_input(void *room, struct part_case *c)
{
	const struct observation *o = c->observation;

	if (o->kind == OBSERVATION_TRANSACTION)
		ledger_outcome(room, o->outcome, c->verdict, o->wall);
	else
		ledger_certificate(room, &o->certificate);
}

const struct part part_ledger = {
	.name = "ledger",
	.hears = HEARS(TRANSACTION) | HEARS(CERTIFICATE),
	.new = ledger_part_new,
	.free = ledger_part_free,
	.set = ledger_part_set,
	.input = ledger_part_input,
	.save = ledger_part_save,
	.load = ledger_part_load,
	.stats = ledger_part_stats,
};
