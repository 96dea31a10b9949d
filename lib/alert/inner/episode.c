/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/inner/episode.h"

#include <stdlib.h>

/* So much is news before the reminder is due. */
#define PAUSE (300 * NSTIME_S)
enum { GROWTH = 10 };

/* News that cannot wait for the reminder waits so long. */
#define PRESSING (60 * NSTIME_S)

static nstime
quiet_at(const struct episode *e)
{
	const nstime quiet = finding_row(e->kind)->quiet;

	return quiet == 0 ? NSTIME_NEVER : e->last + quiet;
}

/* When an active alert may be emitted again, if it has news. */
static nstime
tell_at(const struct episode *e, const struct episode_rules *rules)
{
	if (e->joined || (e->told && !e->news))
		return NSTIME_NEVER;
	return e->told_at + rules->reminder;
}

nstime
episode_deadline(const struct episode *e, const struct episode_rules *rules)
{
	const nstime tell = tell_at(e, rules), quiet = quiet_at(e);

	if (e->life == EPISODE_IDLE)
		return NSTIME_NEVER;
	if (e->life == EPISODE_WAITING)
		return e->wait_until;
	return tell < quiet ? tell : quiet;
}

/* The evidence of an alert that counts servers has their number by now. */
static bool
counts_servers(const struct evidence *e)
{
	return e != NULL && evidence_find(e, "servers") != NULL;
}

static void
put_out(const struct episode *e, const struct episode_rules *rules,
    enum alert_state state, nstime now, nstime wall)
{
	const bool handed_over = state == ALERT_JOINED && e->successor != 0;
	const bool over = state == ALERT_RESOLVED || handed_over;
	const bool opening = e->latest == NULL ||
	    (state == ALERT_RAISED && !counts_servers(e->latest));
	const struct alert_event event = {
		.kind = e->kind,
		.state = state,
		.reason = e->reason,
		.severity = over ? FINDING_NOTICE : e->severity,
		.id = e->id,
		.episode = e->number,
		.subject = slice_of(e->subject, e->subject_len),
		.count = e->count,
		.now = now,
		.wall = wall,
		.first_seen = e->first_seen,
		.last_seen = e->last_seen,
		.duration = over ? now - e->raised : 0,
		.incident = e->incident,
		.joined = e->joined,
		.evidence = opening ? e->first : e->latest,
		.successor =
		    state == ALERT_JOINED && !over ? e->incident : e->successor,
		.folded = e->folds,
	};

	rules->output(rules->arg, &event);
}

void
episode_show(const struct episode *e, alert_output *output, void *arg,
    nstime now, nstime wall)
{
	const struct episode_rules shown = { .output = output, .arg = arg };

	if (e->life == EPISODE_ACTIVE)
		put_out(e, &shown, ALERT_REFRESHED, now, wall);
}

/* Raised the first time in an episode, refreshed after. */
static void
tell(struct episode *e, const struct episode_rules *rules, nstime now,
    nstime wall)
{
	put_out(e, rules, e->told ? ALERT_REFRESHED : ALERT_RAISED, now, wall);
	e->told = true;
	e->news = false;
	e->told_at = now;
	e->told_count = e->count;
	e->told_severity = e->severity;
}

/* The first return within `flap' is emitted; later ones are emitted once per
 * reminder, unless they are graver than the last one emitted. */
static bool
muted(struct episode *e, const struct episode_rules *rules, nstime now)
{
	const bool returned = e->number > 0 && now - e->resolved < rules->flap;

	if (!returned || !e->flapping) {
		e->flapping = returned;
		return false;
	}
	return now < e->told_at + rules->reminder &&
	    e->severity >= e->told_severity;
}

static void
raise_alert(struct episode *e, const struct episode_rules *rules, nstime now,
    nstime wall)
{
	const bool silent = muted(e, rules, now);

	e->life = EPISODE_ACTIVE;
	e->told = false;
	e->raised = now;
	e->number++;
	if (!silent)
		tell(e, rules, now, wall);
}

/* Whether there is room for one more was asked when the alert was made. */
static struct evidence *
new_evidence(struct episode *e)
{
	struct evidence *evidence = malloc(sizeof(*evidence));

	if (evidence != NULL)
		budget_note(e->memory, sizeof(*evidence));
	return evidence;
}

static void
free_evidence(struct episode *e, struct evidence *evidence)
{
	if (evidence != NULL)
		budget_undo(e->memory, sizeof(*evidence));
	free(evidence);
}

void
episode_done(struct episode *e)
{
	free_evidence(e, e->first);
	free_evidence(e, e->latest);
	e->first = e->latest = NULL;
	e->life = EPISODE_IDLE;
}

/* An alert that still waits to be raised vanishes without a word. */
static void
end(struct episode *e, const struct episode_rules *rules,
    enum alert_reason reason, nstime now, nstime wall)
{
	if (e->life == EPISODE_ACTIVE) {
		e->reason = reason;
		if (e->told)
			put_out(e, rules, ALERT_RESOLVED, now, wall);
		e->resolved = now;
	}
	episode_done(e);
}

void
episode_join(struct episode *e, const struct episode_rules *rules,
    uint64_t successor, nstime now, nstime wall)
{
	if (e->life == EPISODE_ACTIVE) {
		e->reason = ALERT_SUPERSEDED;
		e->successor = successor;
		if (e->told)
			put_out(e, rules, ALERT_JOINED, now, wall);
		e->successor = 0;
		e->resolved = now;
	}
	episode_done(e);
}

/* The first's evidence stays apart from the latest's, but an update of the
 * first finding replaces it. */
static bool
keep_evidence(struct episode *e, const struct finding *f)
{
	const bool better_first =
	    f->change == FINDING_UPDATED && e->count == 1 && e->latest == NULL;
	struct evidence **place =
	    e->first == NULL || better_first ? &e->first : &e->latest;

	if (f->evidence == NULL && e->first != NULL)
		return true;
	if (*place == NULL) {
		*place = new_evidence(e);
		if (*place == NULL)
			return false;
		evidence_init(*place);
	}
	if (f->evidence != NULL)
		evidence_copy(*place, f->evidence);
	return true;
}

static void
keep_subject(struct episode *e, struct slice subject)
{
	struct textbuf t;

	textbuf_init(&t, e->subject, sizeof(e->subject));
	textbuf_add_slice(&t, subject);
	e->subject_len = t.len;
}

/* An outage breaks out again after a pause.  Findings that come one by one,
 * with a pause after each, are one outbreak. */
static bool
breaks_out(struct episode *e, const struct finding *f, nstime before)
{
	const bool pause =
	    finding_row(e->kind)->is_outage && f->now - before >= PAUSE;
	const bool alone = e->burst == 1 && e->count > 2;

	e->burst = pause ? 1 : e->burst + 1;
	return pause && !alone;
}

/* Is its count far beyond the one last emitted, or is it a new outbreak? */
static bool
is_news(struct episode *e, const struct finding *f, nstime before)
{
	const bool counts = f->change == FINDING_TROUBLE;
	const bool again = counts && breaks_out(e, f, before);

	return counts && e->told &&
	    (again || e->count / GROWTH >= e->told_count);
}

/* News that cannot wait for the reminder waits for PRESSING all the same. */
static bool
is_pressing(const struct episode *e, const struct finding *f)
{
	return f->pressing && e->told && f->now - e->told_at >= PRESSING;
}

/* A finding may have to be emitted at once. */
static void
heard(struct episode *e, const struct episode_rules *rules,
    const struct finding *f)
{
	const bool news = is_news(e, f, e->last);

	keep_subject(e, f->subject);
	e->last = f->now;
	e->last_seen = f->wall;
	e->news = true;
	if (f->severity < e->severity)
		e->severity = f->severity;
	if (e->life == EPISODE_WAITING) {
		if (e->wait_until <= f->now)
			raise_alert(e, rules, f->now, f->wall);
	} else if (!e->joined &&
	    (tell_at(e, rules) <= f->now || news ||
		e->severity < e->told_severity || is_pressing(e, f))) {
		tell(e, rules, f->now, f->wall);
	}
}

static bool
trouble(struct episode *e, const struct episode_rules *rules,
    const struct finding *f)
{
	const bool kept = keep_evidence(e, f);

	if (e->life == EPISODE_IDLE) {
		if (!kept)
			return false;
		e->life = EPISODE_WAITING;
		e->severity = f->severity;
		e->first_seen = f->began != 0 ? f->began : f->wall;
		e->count = 0;
		e->burst = 0;
		e->joined = false;
		e->incident = 0;
		e->wait_until =
		    f->now + (finding_row(e->kind)->joins ? rules->join : 0);
	}
	e->count += f->count > 0 ? f->count : 1;
	heard(e, rules, f);
	return kept;
}

static bool
update(struct episode *e, const struct episode_rules *rules,
    const struct finding *f)
{
	bool kept;

	if (e->life == EPISODE_IDLE) {
		/* It persists, though no finding came in the quiet time. */
		if (e->number > 0 && e->reason == ALERT_QUIET)
			return trouble(e, rules, f);
		return true;
	}
	kept = keep_evidence(e, f);
	heard(e, rules, f);
	return kept;
}

/* An incident takes the alert in: one that still waits is never raised alone.
 */
static void
join(struct episode *e, const struct episode_rules *rules,
    const struct finding *f)
{
	e->incident = f->incident;
	if (e->life != EPISODE_WAITING)
		return;
	e->life = EPISODE_ACTIVE;
	e->joined = e->told = true;
	e->raised = e->told_at = f->now;
	e->told_severity = e->severity;
	e->number++;
	put_out(e, rules, ALERT_JOINED, f->now, f->wall);
}

/* Incidents have evidence at their end too. */
static void
end_by(struct episode *e, const struct episode_rules *rules,
    const struct finding *f, enum alert_reason reason)
{
	if (f->evidence != NULL)
		keep_evidence(e, f);
	end(e, rules, reason, f->now, f->wall);
}

static void
withdraw(struct episode *e, const struct episode_rules *rules,
    const struct finding *f)
{
	if (e->count > 0)
		e->count--;
	if (e->count == 0)
		end(e, rules, ALERT_WITHDRAWN, f->now, f->wall);
}

bool
episode_input(struct episode *e, const struct episode_rules *rules,
    const struct finding *f)
{
	if (f->change == FINDING_TROUBLE)
		return trouble(e, rules, f);
	if (f->change == FINDING_UPDATED)
		return update(e, rules, f);
	if (e->life == EPISODE_IDLE)
		return true;
	if (f->change == FINDING_WITHDRAWN) {
		withdraw(e, rules, f);
	} else if (f->change == FINDING_SUPERSEDED) {
		end(e, rules, ALERT_SUPERSEDED, f->now, f->wall);
	} else if (f->change == FINDING_JOINED) {
		join(e, rules, f);
	} else if (f->change == FINDING_QUIET) {
		end_by(e, rules, f, ALERT_QUIET);
	} else {
		/* A trouble that ended while it waited was one: emit its
		 * beginning and its end. */
		if (e->life == EPISODE_WAITING)
			raise_alert(e, rules, f->now, f->wall);
		end_by(e, rules, f, ALERT_HEALTHY);
	}
	return true;
}

void
episode_fire(struct episode *e, const struct episode_rules *rules, nstime now,
    nstime wall)
{
	if (e->life == EPISODE_WAITING)
		raise_alert(e, rules, now, wall);
	else if (e->life == EPISODE_ACTIVE && quiet_at(e) <= now)
		end(e, rules, ALERT_QUIET, now, wall);
	else if (e->life == EPISODE_ACTIVE && tell_at(e, rules) <= now)
		tell(e, rules, now, wall);
}

static void
save_evidence(struct record *r, const struct evidence *e)
{
	record_flag(r, e != NULL);
	if (e != NULL)
		evidence_save(r, e);
}

void
episode_save(struct record *r, const struct episode *e)
{
	record_u8(r, (uint8_t)e->life);
	record_u32(r, e->number);
	record_u8(r, (uint8_t)e->severity);
	record_u8(r, (uint8_t)e->told_severity);
	record_u8(r, (uint8_t)e->reason);
	record_flag(r, e->told);
	record_flag(r, e->news);
	record_flag(r, e->flapping);
	record_flag(r, e->joined);
	record_u64(r, e->incident);
	record_u64(r, e->count);
	record_time(r, e->wait_until);
	record_time(r, e->last);
	record_time(r, e->told_at);
	record_time(r, e->raised);
	record_time(r, e->resolved);
	record_time(r, e->first_seen);
	record_time(r, e->last_seen);
	record_text(r, slice_of(e->subject, e->subject_len));
	save_evidence(r, e->first);
	save_evidence(r, e->latest);
}

static struct evidence *
load_evidence(
    struct episode *episode, struct cursor *c, struct fieldnames *names)
{
	struct evidence *e;

	if (!record_read_flag(c))
		return NULL;
	e = new_evidence(episode);
	if (e == NULL)
		c->bad = true;
	else
		evidence_load(e, c, names);
	return e;
}

/* Of the time away nothing is known: it is neither quiet nor a reminder's time.
 * But an alert that was active before and after has lasted as long. */
static void
load_times(
    struct episode *e, struct cursor *c, const struct record_shift *shift)
{
	e->wait_until = record_read_now(c, shift->watching);
	e->last = record_read_now(c, shift->watching);
	e->told_at = record_read_now(c, shift->watching);
	e->raised = record_read_now(c, shift->real);
	e->resolved = record_read_now(c, shift->real);
	e->first_seen = record_read_time(c);
	e->last_seen = record_read_time(c);
}

bool
episode_load(struct episode *e, struct cursor *c,
    const struct record_shift *shift, struct fieldnames *names)
{
	e->life = record_read_below(c, 1, EPISODE_ACTIVE + 1);
	e->number = cursor_le32(c);
	e->severity = record_read_below(c, 1, FINDING_INFO + 1);
	e->told_severity = record_read_below(c, 1, FINDING_INFO + 1);
	e->reason = record_read_below(c, 1, ALERT_WITHDRAWN + 1);
	e->told = record_read_flag(c);
	e->news = record_read_flag(c);
	e->flapping = record_read_flag(c);
	e->joined = record_read_flag(c);
	e->incident = cursor_le64(c);
	e->count = e->told_count = cursor_le64(c);
	load_times(e, c, shift);
	keep_subject(e, record_read_line(c, EPISODE_SUBJECT));
	e->first = load_evidence(e, c, names);
	e->latest = load_evidence(e, c, names);
	return !c->bad && (e->first != NULL) == (e->life != EPISODE_IDLE) &&
	    (e->latest == NULL || e->first != NULL);
}
