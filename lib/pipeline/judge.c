/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/judge.h"

#include <stdlib.h>

#include "alert/alertlist.h"
#include "base/nstime.h"
#include "pipeline/inner/partset.h"

struct judge {
	struct judge_limits limits;
	struct partset parts;
	alert_output *output;
	void *arg;
	struct unwatched unwatched;
	nstime paused; /* so much less is `now' of alerts */
	nstime due;    /* the next deadline of all */
};

static void
on_joined(void *arg, const struct finding *finding)
{
	const struct judge *j = arg;

	alert_input(j->parts.rooms[PARTSET_ALERT], finding);
}

static void
on_folded(void *arg, const struct finding *finding)
{
	const struct judge *j = arg;
	struct finding counted = *finding;

	counted.now -= j->paused;
	incident_input(j->parts.rooms[PARTSET_INCIDENT], &counted);
}

/* Incidents last as long as their alerts. */
static void
on_alert(void *arg, const struct alert_event *event)
{
	const struct judge *j = arg;

	j->output(j->arg, event);
	if (event->state == ALERT_RESOLVED)
		incident_resolved(j->parts.rooms[PARTSET_INCIDENT], event->id,
		    event->reason == ALERT_HEALTHY, event->now);
}

/*
 * The one door from findings to alerts.  A timeout replaces the slowness that
 * preceded it.
 */
static void
on_finding(void *arg, const struct finding *finding)
{
	const struct judge *j = arg;

	fanout_input(j->parts.rooms[PARTSET_FANOUT], finding);
	if (finding->kind == FINDING_TRANSACTION_TIMEOUT &&
	    finding->change == FINDING_TROUBLE)
		slow_supersede(
		    j->parts.rooms[PARTSET_SLOW], finding->server, finding);
}

/* Alerts and incidents do not live through a time without packets. */
static bool
is_paused(size_t part)
{
	return part == PARTSET_ALERT || part == PARTSET_INCIDENT;
}

static nstime
now_of(const struct judge *j, size_t part, nstime now)
{
	return is_paused(part) ? now - j->paused : now;
}

/* It is asked for with every packet, and changes with few. */
static void
renew_due(struct judge *j)
{
	j->due = NSTIME_NEVER;
	for (const uint8_t *i = j->parts.due_parts; *i < PARTSET_COUNT; i++) {
		nstime due = partset_row(*i)->next_deadline(j->parts.rooms[*i]);

		if (is_paused(*i) && due != NSTIME_NEVER)
			due = nstime_after(due, j->paused);
		if (due < j->due)
			j->due = due;
	}
}

struct judge *
judge_new(const struct judge_limits *limits, alert_output *output, void *arg)
{
	struct judge *j = calloc(1, sizeof(*j));
	const struct part_output outputs = {
		.finding = on_finding,
		.folded = on_folded,
		.joined = on_joined,
		.alert = on_alert,
		.judge = j,
	};

	if (j == NULL)
		return NULL;
	j->limits = *limits;
	j->output = output;
	j->arg = arg;
	if (!partset_init(&j->parts, limits, &outputs)) {
		judge_free(j);
		return NULL;
	}
	renew_due(j);
	return j;
}

void
judge_free(struct judge *j)
{
	if (j == NULL)
		return;
	partset_done(&j->parts);
	free(j);
}

void
judge_set(struct judge *j, const struct judge_limits *limits)
{
	j->limits = *limits;
	partset_set(&j->parts, limits);
	renew_due(j);
}

/* A timeout with proof that nobody asked for. */
static void
note_unwatched(struct judge *j, const struct part_case *c)
{
	const struct outcome *o = c->observation->outcome;

	if (c->verdict != TIMEOUT_TIMED_OUT)
		return;
	if (!o->watched && o->event == OUTCOME_EXPIRED)
		unwatched_timed_out(&j->unwatched, o->uas.port, o->method);
	else if (o->watched && !o->mras &&
	    !portset_has(&j->limits.server_ports, o->uas.port))
		unwatched_unconfigured(&j->unwatched, o->uas.port);
}

void
judge_observe(struct judge *j, const struct observation *o)
{
	struct part_case c = {
		.observation = o,
		.limits = &j->limits,
		.skew = j->parts.rooms[PARTSET_SKEW],
		.verdict = TIMEOUT_NONE,
	};

	judge_tick(j, o->now, o->wall);
	partset_input(&j->parts, &c);
	if (o->kind == OBSERVATION_TRANSACTION)
		note_unwatched(j, &c);
	renew_due(j);
}

void
judge_recall(struct judge *j, const struct observation *o)
{
	struct part_case c = {
		.observation = o,
		.limits = &j->limits,
		.skew = j->parts.rooms[PARTSET_SKEW],
		.verdict = TIMEOUT_NONE,
	};

	partset_recall(&j->parts, &c);
	renew_due(j);
}

/* While our own clock is the odd one out they are judged by the others'. */
static void
refer_certificates(struct judge *j, nstime now, nstime wall)
{
	const struct skew *skew = j->parts.rooms[PARTSET_SKEW];
	struct certificate *c = j->parts.rooms[PARTSET_CERTIFICATE];

	certificate_reference(c, skew_ahead(skew), now, wall);
	certificate_vouched(c, skew_vouched(skew), now, wall);
}

static void
fire(struct judge *j, nstime now, nstime wall)
{
	for (size_t i = 0; i < PARTSET_COUNT; i++) {
		if (partset_row(i)->tick != NULL)
			partset_row(i)->tick(
			    j->parts.rooms[i], now_of(j, i, now), wall);
		if (i == PARTSET_SKEW)
			refer_certificates(j, now, wall);
	}
	/* Alerts that ended just now may end their incident. */
	incident_tick(j->parts.rooms[PARTSET_INCIDENT], now - j->paused, wall);
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
			break; /* it would never end: our own mistake */
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
	skew_local(j->parts.rooms[PARTSET_SKEW], state, now, wall);
	renew_due(j);
}

void
judge_stepped(struct judge *j, nstime step, nstime now, nstime wall)
{
	skew_stepped(j->parts.rooms[PARTSET_SKEW], step, now, wall);
	renew_due(j);
}

void
judge_clocks_differ(struct judge *j, const struct visibility_sources *sources,
    nstime now, nstime wall)
{
	visibility_clocks_differ(
	    j->parts.rooms[PARTSET_VISIBILITY], sources, now, wall);
	renew_due(j);
}

void
judge_clocks_agree(struct judge *j, const struct visibility_sources *sources,
    nstime now, nstime wall)
{
	visibility_clocks_agree(
	    j->parts.rooms[PARTSET_VISIBILITY], sources, now, wall);
	renew_due(j);
}

void
judge_jumped(struct judge *j, nstime size, nstime now)
{
	skew_jumped(j->parts.rooms[PARTSET_SKEW], size, now);
}

void
judge_hole(struct judge *j, nstime span)
{
	skew_hole(j->parts.rooms[PARTSET_SKEW], span);
	renew_due(j);
}

void
judge_pause(struct judge *j, nstime span)
{
	j->paused += span;
	renew_due(j);
}

void
judge_sensor(
    struct judge *j, const char *name, bool lost, nstime now, nstime wall)
{
	visibility_sensor(
	    j->parts.rooms[PARTSET_VISIBILITY], name, lost, now, wall);
	renew_due(j);
}

void
judge_minute(struct judge *j, const struct visibility_minute *minute,
    nstime now, nstime wall)
{
	visibility_minute(
	    j->parts.rooms[PARTSET_VISIBILITY], minute, now, wall);
	renew_due(j);
}

void
judge_arrived(struct judge *j, uint64_t packets, uint64_t signalling,
    nstime now, nstime wall)
{
	visibility_arrived(
	    j->parts.rooms[PARTSET_VISIBILITY], packets, signalling, now, wall);
	renew_due(j);
}

void
judge_end(struct judge *j, nstime now, nstime wall)
{
	judge_tick(j, now, wall);
	incident_finish(
	    j->parts.rooms[PARTSET_INCIDENT], now - j->paused, wall);
	alert_finish(j->parts.rooms[PARTSET_ALERT], now - j->paused, wall);
	renew_due(j);
}

void
judge_finish(struct judge *j, nstime now, nstime wall)
{
	judge_tick(j, now, wall);
	for (size_t i = 0; i < PARTSET_COUNT; i++) {
		if (partset_row(i)->finish != NULL)
			partset_row(i)->finish(
			    j->parts.rooms[i], now_of(j, i, now), wall);
		if (i == PARTSET_SKEW)
			refer_certificates(j, now, wall);
	}
	renew_due(j);
}

static bool
fill_methods(struct judge *j, struct summary *summary)
{
	const struct tally *tally =
	    timeout_tally(j->parts.rooms[PARTSET_TIMEOUT]);
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
		m->unknown_gave_up = c.unknown_gave_up;
		m->unknown_unrepeated = c.unknown_unrepeated;
		m->unknown_no_transport = c.unknown_no_transport;
		m->undelivered = c.undelivered;
		m->unfinished = c.unfinished;
	}
	summary->method_count = count;
	return true;
}

/* `said' has room for all that the estimate says. */
static void
fill_clock(struct summary_clock *c, const struct skew_estimate *estimate,
    struct skew_testimony *said)
{
	*c = (struct summary_clock){
		.peer = estimate->peer,
		.attribution = estimate->attribution,
		.agent = estimate->agent,
		.offset = estimate->offset,
		.uncertainty = estimate->uncertainty,
		.samples = estimate->samples,
		.witnesses = estimate->witnesses,
		.shape = estimate->shape,
		.said = said,
		.said_count = estimate->said_count,
	};
	for (unsigned i = 0; i < estimate->said_count; i++)
		said[i] = estimate->said[i];
}

static bool
fill_clocks(struct judge *j, struct summary *summary)
{
	struct skew *const skew = j->parts.rooms[PARTSET_SKEW];
	struct skew_estimate estimate;
	struct skew_testimony *said;
	size_t count = 0, all = 0, next = 0;

	for (; skew_estimate(skew, &next, &estimate); count++)
		all += estimate.said_count;
	summary->clocks = calloc(count + 1, sizeof(*summary->clocks));
	summary->said = calloc(all + 1, sizeof(*summary->said));
	if (summary->clocks == NULL || summary->said == NULL)
		return false;
	said = summary->said;
	for (next = 0; skew_estimate(skew, &next, &estimate);) {
		fill_clock(&summary->clocks[summary->clock_count++], &estimate,
		    said);
		said += estimate.said_count;
	}
	return true;
}

static void
fill_diagnostics(const struct judge *j, struct summary *summary)
{
	struct diagnostics_count c;
	size_t i = 0;

	while (i < SUMMARY_DIAGNOSTICS &&
	    diagnostics_counted(j->parts.rooms[PARTSET_DIAGNOSTICS], i, &c))
		summary->diagnostics[i++] =
		    (struct summary_diagnostic){ c.id, c.count };
	summary->diagnostic_count = i;
}

bool
judge_summary(struct judge *j, struct summary *summary)
{
	for (unsigned kind = 0; kind < FINDING_KINDS; kind++) {
		summary->findings[kind] =
		    alert_findings(j->parts.rooms[PARTSET_ALERT], kind);
		summary->alerts[kind] =
		    alert_raised(j->parts.rooms[PARTSET_ALERT], kind);
	}
	fill_diagnostics(j, summary);
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
	return alert_active(j->parts.rooms[PARTSET_ALERT]);
}

void
judge_stats(const struct judge *j, counter_output *output, void *arg)
{
	partset_stats(&j->parts, output, arg);
}

bool
judge_alerts(const struct judge *j, alert_output *output, void *arg, nstime now,
    nstime wall)
{
	return alertlist_show(
	    j->parts.rooms[PARTSET_ALERT], output, arg, now, wall);
}

struct ledger *
judge_ledger(const struct judge *j)
{
	return j->parts.rooms[PARTSET_LEDGER];
}

void
judge_save(const struct judge *j, struct record *r)
{
	partset_save(&j->parts, r);
}

bool
judge_load(struct judge *j, struct cursor *c, const struct record_shift *shift)
{
	const bool sound = partset_load(&j->parts, c, shift);

	renew_due(j);
	return sound;
}
