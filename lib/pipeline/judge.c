/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/judge.h"

#include <stdlib.h>

#include "alert/alertlist.h"

struct judge {
	struct judge_limits limits;
	struct timeout *timeout;
	struct slow *slow;
	struct visibility *visibility;
	struct skew *skew;
	struct connection *connection;
	struct silence *silence;
	struct certificate *certificate;
	struct stale *stale;
	struct fanout *fanout;
	struct alert *alert;
	struct ledger *ledger;
	const struct endpoint *server; /* of the outcome being judged */
	struct unwatched unwatched;
	nstime due; /* the next deadline of all */
};

static void
on_folded(void *arg, const struct finding *finding)
{
	struct judge *j = arg;

	alert_input(j->alert, finding);
}

/*
 * The one door from findings to alerts.  A timeout says better what slowness
 * only foretold, so it replaces it.
 */
static void
on_finding(void *arg, const struct finding *finding)
{
	struct judge *j = arg;

	fanout_input(j->fanout, finding);
	if (finding->kind == FINDING_TRANSACTION_TIMEOUT &&
	    finding->verdict == FINDING_TROUBLE && j->server != NULL)
		slow_supersede(j->slow, j->server, finding);
}

/* It is asked for with every packet, and changes with few. */
static void
renew_due(struct judge *j)
{
	const nstime deadlines[] = {
		timeout_next_deadline(j->timeout),
		visibility_next_deadline(j->visibility),
		skew_next_deadline(j->skew),
		stale_next_deadline(j->stale),
		alert_next_deadline(j->alert),
	};

	j->due =
	    nstime_earliest(deadlines, sizeof(deadlines) / sizeof(*deadlines));
}

struct judge *
judge_new(const struct judge_limits *limits, alert_output *output, void *arg)
{
	struct judge *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->limits = *limits;
	j->timeout = timeout_new(&limits->timeout, on_finding, j);
	j->slow = slow_new(&limits->slow, on_finding, j);
	j->visibility = visibility_new(&limits->visibility, on_finding, j);
	j->skew = skew_new(&limits->skew, on_finding, j);
	j->connection = connection_new(&limits->connection, on_finding, j);
	j->silence = silence_new(&limits->silence, on_finding, j);
	j->certificate = certificate_new(&limits->certificate, on_finding, j);
	j->stale = stale_new(&limits->stale, on_finding, j);
	j->fanout = fanout_new(&limits->fanout, on_folded, j);
	j->alert = alert_new(&limits->alert, output, arg);
	j->ledger = ledger_new(&limits->ledger);
	if (j->timeout != NULL && j->slow != NULL && j->visibility != NULL &&
	    j->skew != NULL && j->connection != NULL && j->silence != NULL &&
	    j->certificate != NULL && j->stale != NULL && j->fanout != NULL &&
	    j->alert != NULL && j->ledger != NULL) {
		renew_due(j);
		return j;
	}
	judge_free(j);
	return NULL;
}

void
judge_free(struct judge *j)
{
	if (j == NULL)
		return;
	timeout_free(j->timeout);
	slow_free(j->slow);
	visibility_free(j->visibility);
	skew_free(j->skew);
	connection_free(j->connection);
	silence_free(j->silence);
	certificate_free(j->certificate);
	stale_free(j->stale);
	fanout_free(j->fanout);
	alert_free(j->alert);
	ledger_free(j->ledger);
	free(j);
}

void
judge_set(struct judge *j, const struct judge_limits *limits)
{
	j->limits = *limits;
	timeout_set(j->timeout, &limits->timeout);
	slow_set(j->slow, &limits->slow);
	visibility_set(j->visibility, &limits->visibility);
	skew_set(j->skew, &limits->skew);
	connection_set(j->connection, &limits->connection);
	silence_set(j->silence, &limits->silence);
	certificate_set(j->certificate, &limits->certificate);
	stale_set(j->stale, &limits->stale);
	fanout_set(j->fanout, &limits->fanout);
	alert_set(j->alert, &limits->alert);
	ledger_set(j->ledger, &limits->ledger);
	renew_due(j);
}

/*
 * Who dials the A/V authentication port, and who answers there, is a server
 * whose clock matters more than a phone's (DESIGN section 7).  Of others over
 * UDP nothing but an answer tells that they speak SIP; on TCP their
 * connections do.
 */
static void
learn_roles(struct judge *j, const struct outcome *o)
{
	const bool answered = o->event == OUTCOME_ANSWERED;

	if (answered) {
		skew_answered(j->skew, &o->uac.address);
		skew_answered(j->skew, &o->uas.address);
	}
	if (o->watched && portset_has(&j->limits.server_ports, o->uas.port)) {
		skew_role(j->skew, &o->uac.address, false);
		if (answered)
			skew_role(j->skew, &o->uas.address, true);
	} else if (answered && o->transport == TRANSPORT_UDP) {
		skew_speaks_sip(j->skew, &o->uac.address);
		skew_speaks_sip(j->skew, &o->uas.address);
	}
}

/* Over UDP nothing but an answer tells that a server works. */
static void
learn_udp(struct judge *j, const struct outcome *o, nstime wall)
{
	if (o->event == OUTCOME_ANSWERED && o->transport == TRANSPORT_UDP)
		connection_udp_worked(
		    j->connection, &o->uac, &o->uas, o->now, wall);
}

static void
on_transaction(struct judge *j, const struct observation *observation)
{
	const struct outcome *o = observation->outcome;
	const struct delivery *delivery = &observation->delivery;
	const nstime wall = observation->wall;
	enum timeout_verdict verdict;

	j->server = &o->uas;
	verdict = timeout_input(j->timeout, o, delivery, wall);
	if (verdict == TIMEOUT_TIMED_OUT && !o->watched &&
	    o->event == OUTCOME_EXPIRED)
		unwatched_timed_out(&j->unwatched, o->uas.port, o->method);
	slow_input(j->slow, o, delivery, wall);
	visibility_transaction(j->visibility, o, delivery, verdict, wall);
	ledger_outcome(j->ledger, o, verdict, wall);
	learn_roles(j, o);
	learn_udp(j, o, wall);
	if (!portset_has(&j->limits.server_ports, o->uas.port))
		silence_active(j->silence, &o->uac.address, o->now, wall);
	j->server = NULL;
}

static void
on_worked(struct judge *j, const struct connection_success *success)
{
	connection_worked(j->connection, success);
	skew_speaks_sip(j->skew, &success->client.address);
	skew_speaks_sip(j->skew, &success->server.address);
	if (success->stage == CONNECTION_OPENED) {
		skew_answered(j->skew, &success->client.address);
		skew_answered(j->skew, &success->server.address);
	}
	if (success->stage != CONNECTION_SECURED ||
	    !portset_has(&j->limits.server_ports, success->server.port))
		return;
	skew_role(j->skew, &success->client.address, false);
	skew_role(j->skew, &success->server.address, true);
}

/* A certificate is judged by the clocks of both ends too. */
static void
tell_clock(struct judge *j, const struct address *address)
{
	struct skew_estimate estimate;

	if (skew_estimate_of(j->skew, address, &estimate))
		certificate_clock(j->certificate, address, estimate.offset,
		    estimate.uncertainty);
	else
		certificate_clock_unknown(j->certificate, address);
}

static void
on_certificate(struct judge *j, const struct certificate_sight *sight)
{
	tell_clock(j, &sight->client.address);
	tell_clock(j, &sight->server.address);
	certificate_input(j->certificate, sight);
	ledger_certificate(j->ledger, sight);
}

void
judge_observe(struct judge *j, const struct observation *o)
{
	judge_tick(j, o->now, o->wall);
	switch (o->kind) {
	case OBSERVATION_TRANSACTION:
		on_transaction(j, o);
		break;
	case OBSERVATION_CLOCK:
		skew_input(j->skew, &o->stamp);
		break;
	case OBSERVATION_TRUNCATED:
		visibility_truncated(j->visibility, o->now, o->wall);
		break;
	case OBSERVATION_DECRYPTED:
		visibility_opened(j->visibility, &o->b, o->now, o->wall);
		break;
	case OBSERVATION_UNDECRYPTED:
		visibility_refused(
		    j->visibility, &o->b, o->unread, o->now, o->wall);
		break;
	case OBSERVATION_FAILED:
		connection_failed(j->connection, &o->failure);
		break;
	case OBSERVATION_WORKED:
		on_worked(j, &o->success);
		break;
	case OBSERVATION_ANSWERED:
		silence_answered(j->silence, &o->leg, o->now, o->wall);
		break;
	case OBSERVATION_UNANSWERED:
		silence_unanswered(j->silence, &o->request);
		break;
	case OBSERVATION_UNSEEN:
		silence_unseen(j->silence, &o->leg, o->now, o->wall);
		break;
	case OBSERVATION_ACTIVE:
		silence_active(j->silence, &o->a.address, o->now, o->wall);
		break;
	case OBSERVATION_CERTIFICATE:
		on_certificate(j, &o->certificate);
		break;
	case OBSERVATION_ASKS_TIME:
		skew_answered(j->skew, &o->a.address);
		break;
	case OBSERVATION_SERVES_TIME:
		skew_answered(j->skew, &o->a.address);
		skew_serves_time(j->skew, &o->b.address, &o->a.address);
		break;
	case OBSERVATION_REFUSED:
		stale_input(j->stale, &o->refused);
		break;
	case OBSERVATION_KRB_REFUSED:
		stale_kerberos(j->stale, &o->krb_refused);
		break;
	case OBSERVATION_KRB_SUCCESS:
		stale_success(j->stale, &o->a.address, &o->b.address);
		break;
	}
	renew_due(j);
}

/* Findings first: what they tell may be due in the alerts at once. */
static void
fire(struct judge *j, nstime now, nstime wall)
{
	timeout_tick(j->timeout, now, wall);
	visibility_tick(j->visibility, now, wall);
	skew_tick(j->skew, now, wall);
	stale_tick(j->stale, now, wall);
	alert_tick(j->alert, now, wall);
	renew_due(j);
}

/* Deadlines fire one after the other at their own time, however long the
 * silence before the packet that brings `now'. */
void
judge_tick(struct judge *j, nstime now, nstime wall)
{
	nstime due;

	while ((due = judge_next_deadline(j)) <= now) {
		fire(j, due, wall - (now - due));
		if (judge_next_deadline(j) <= due)
			break; /* it would stand still: our own mistake */
	}
}

nstime
judge_next_deadline(const struct judge *j)
{
	return j->due;
}

void
judge_local_clock(struct judge *j, enum ownclock state, nstime now, nstime wall)
{
	skew_local(j->skew, state, now, wall);
	renew_due(j);
}

void
judge_stepped(struct judge *j, nstime step, nstime now, nstime wall)
{
	skew_stepped(j->skew, step, now, wall);
	renew_due(j);
}

void
judge_minute(struct judge *j, const struct visibility_minute *minute,
    nstime now, nstime wall)
{
	visibility_minute(j->visibility, minute, now, wall);
	renew_due(j);
}

void
judge_arrived(struct judge *j, uint64_t packets, uint64_t signalling,
    nstime now, nstime wall)
{
	visibility_arrived(j->visibility, packets, signalling, now, wall);
	renew_due(j);
}

void
judge_end(struct judge *j, nstime now, nstime wall)
{
	judge_tick(j, now, wall);
	alert_finish(j->alert, now, wall);
	renew_due(j);
}

void
judge_finish(struct judge *j, nstime now, nstime wall)
{
	judge_tick(j, now, wall);
	skew_finish(j->skew, now, wall);
	stale_finish(j->stale, now, wall);
	alert_finish(j->alert, now, wall);
	renew_due(j);
}

static bool
fill_methods(struct judge *j, struct summary *summary)
{
	const struct tally *tally = timeout_tally(j->timeout);
	const char *name;
	struct tally_counts c;
	size_t count = 0;

	while (tally_at(tally, count, &name, &c))
		count++;
	summary->methods = calloc(count + 1, sizeof(*summary->methods));
	if (summary->methods == NULL)
		return false;
	for (size_t i = 0; tally_at(tally, i, &name, &c); i++) {
		struct summary_method *m = &summary->methods[i];

		memcpy(m->name, name, strlen(name) + 1);
		m->answered = c.answered;
		m->timed_out = c.timed_out;
		m->unknown_asymmetric = c.unknown_asymmetric;
		m->unknown_loss = c.unknown_loss;
		m->undelivered = c.undelivered;
		m->unfinished = c.unfinished;
	}
	summary->method_count = count;
	return true;
}

static void
fill_clock(struct summary_clock *c, const struct skew_estimate *estimate)
{
	struct textbuf t;

	c->peer = estimate->peer;
	c->offset = estimate->offset;
	c->uncertainty = estimate->uncertainty;
	c->samples = estimate->samples;
	textbuf_init(&t, c->witnesses, sizeof(c->witnesses));
	textbuf_add(&t, estimate->witnesses);
	textbuf_init(&t, c->shape, sizeof(c->shape));
	textbuf_add(&t, estimate->shape);
}

static bool
fill_clocks(struct judge *j, struct summary *summary)
{
	struct skew_estimate estimate;
	size_t count = 0;

	while (skew_estimate(j->skew, count, &estimate))
		count++;
	summary->clocks = calloc(count + 1, sizeof(*summary->clocks));
	if (summary->clocks == NULL)
		return false;
	for (size_t i = 0; skew_estimate(j->skew, i, &estimate); i++)
		fill_clock(&summary->clocks[i], &estimate);
	summary->clock_count = count;
	return true;
}

bool
judge_summary(struct judge *j, struct summary *summary)
{
	for (unsigned kind = 0; kind < FINDING_KINDS; kind++) {
		summary->findings[kind] = alert_findings(j->alert, kind);
		summary->alerts[kind] = alert_raised(j->alert, kind);
	}
	return fill_methods(j, summary) && fill_clocks(j, summary);
}

const struct unwatched *
judge_unwatched(const struct judge *j)
{
	return &j->unwatched;
}

size_t
judge_active(const struct judge *j)
{
	return alert_active(j->alert);
}

void
judge_stats(const struct judge *j, counter_output *output, void *arg)
{
	timeout_stats(j->timeout, output, arg);
	slow_stats(j->slow, output, arg);
	visibility_stats(j->visibility, output, arg);
	skew_stats(j->skew, output, arg);
	connection_stats(j->connection, output, arg);
	silence_stats(j->silence, output, arg);
	certificate_stats(j->certificate, output, arg);
	stale_stats(j->stale, output, arg);
	fanout_stats(j->fanout, output, arg);
	alert_stats(j->alert, output, arg);
	ledger_stats(j->ledger, output, arg);
}

bool
judge_alerts(const struct judge *j, alert_output *output, void *arg, nstime now,
    nstime wall)
{
	return alertlist_show(j->alert, output, arg, now, wall);
}

struct ledger *
judge_ledger(const struct judge *j)
{
	return j->ledger;
}

enum { ROOM_NAME = 32 };

static size_t
begin_room(struct record *r, const char *name)
{
	record_more(r, true);
	record_text(r, slice_text(name));
	return record_begin(r);
}

void
judge_save(const struct judge *j, struct record *r)
{
	size_t room;

	room = begin_room(r, "alert");
	alert_save(j->alert, r);
	record_end(r, room);
	room = begin_room(r, "timeout");
	timeout_save(j->timeout, r);
	record_end(r, room);
	room = begin_room(r, "slow");
	slow_save(j->slow, r);
	record_end(r, room);
	room = begin_room(r, "visibility");
	visibility_save(j->visibility, r);
	record_end(r, room);
	room = begin_room(r, "connection");
	connection_save(j->connection, r);
	record_end(r, room);
	room = begin_room(r, "silence");
	silence_save(j->silence, r);
	record_end(r, room);
	room = begin_room(r, "certificate");
	certificate_save(j->certificate, r);
	record_end(r, room);
	room = begin_room(r, "skew");
	skew_save(j->skew, r);
	record_end(r, room);
	room = begin_room(r, "ledger");
	ledger_save(j->ledger, r);
	record_end(r, room);
	record_more(r, false);
}

/* Rooms that are not known are another version's. */
static bool
load_room(struct judge *j, struct slice name, struct cursor *c,
    const struct record_shift *shift)
{
	if (slice_is(name, "alert"))
		return alert_load(j->alert, c, shift);
	if (slice_is(name, "timeout"))
		return timeout_load(j->timeout, c, shift);
	if (slice_is(name, "slow"))
		return slow_load(j->slow, c);
	if (slice_is(name, "visibility"))
		return visibility_load(j->visibility, c, shift);
	if (slice_is(name, "connection"))
		return connection_load(j->connection, c, shift);
	if (slice_is(name, "silence"))
		return silence_load(j->silence, c, shift);
	if (slice_is(name, "certificate"))
		return certificate_load(j->certificate, c);
	if (slice_is(name, "skew"))
		return skew_load(j->skew, c, shift);
	if (slice_is(name, "ledger"))
		return ledger_load(j->ledger, c, shift);
	return true;
}

bool
judge_load(struct judge *j, struct cursor *c, const struct record_shift *shift)
{
	bool sound = true;

	while (sound && record_read_more(c)) {
		const struct slice name = record_read_text(c, ROOM_NAME);
		struct cursor room = record_read_part(c);

		sound = !c->bad && load_room(j, name, &room, shift);
	}
	renew_due(j);
	return sound && !c->bad;
}
