/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/timeout.h"

#include "findings/inner/failing.h"
#include "findings/inner/proof.h"
#include "findings/inner/habits.h"
#include "findings/inner/verdicts.h"

#include <stdlib.h>

struct timeout {
	struct timeout_limits limits;
	finding_output *output;
	void *arg;
	struct tally *tally;
	struct failing *failing;
	struct verdicts *verdicts;
	struct habits *habits;
	struct doubts doubts;
	nstime wall_offset; /* stamps less `now', from the latest outcome */
	struct evidence evidence;
};

struct timeout *
timeout_new(
    const struct timeout_limits *limits, finding_output *output, void *arg)
{
	struct timeout *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->limits = *limits;
	t->output = output;
	t->arg = arg;
	t->tally = tally_new(limits->methods);
	t->failing = failing_new(limits->servers, &limits->key, limits->memory);
	t->verdicts =
	    verdicts_new(limits->judged, &limits->key, limits->memory);
	t->habits = habits_new(limits->senders, &limits->key, limits->memory);
	if (t->tally != NULL && t->failing != NULL && t->verdicts != NULL &&
	    t->habits != NULL)
		return t;
	timeout_free(t);
	return NULL;
}

void
timeout_free(struct timeout *t)
{
	if (t == NULL)
		return;
	failing_free(t->failing);
	verdicts_free(t->verdicts);
	habits_free(t->habits);
	tally_free(t->tally);
	free(t);
}

void
timeout_set(struct timeout *t, const struct timeout_limits *limits)
{
	t->limits = *limits;
	failing_set(t->failing, limits->servers);
	verdicts_set(t->verdicts, limits->judged);
	habits_set(t->habits, limits->senders);
}

static uint64_t *
count_of(struct tally_counts *c, enum timeout_verdict verdict)
{
	switch (verdict) {
	case TIMEOUT_ANSWERED:
		return &c->answered;
	case TIMEOUT_TIMED_OUT:
		return &c->timed_out;
	case TIMEOUT_UNKNOWN_ASYMMETRIC:
		return &c->unknown_asymmetric;
	case TIMEOUT_UNKNOWN_LOSS:
		return &c->unknown_loss;
	case TIMEOUT_UNKNOWN_GAVE_UP:
		return &c->unknown_gave_up;
	case TIMEOUT_UNKNOWN_UNREPEATED:
		return &c->unknown_unrepeated;
	case TIMEOUT_UNKNOWN_NO_TRANSPORT:
		return &c->unknown_no_transport;
	case TIMEOUT_UNDELIVERED:
		return &c->undelivered;
	case TIMEOUT_UNFINISHED:
	case TIMEOUT_NONE:
		break;
	}
	return &c->unfinished;
}

/* Without evidence: only the state of the alert changes. */
static void
tell(struct timeout *t, const struct endpoint *server, const char *method,
    struct finding finding)
{
	char key_store[128], subject_store[64];
	struct textbuf key, subject;

	textbuf_init(&subject, subject_store, sizeof(subject_store));
	endpoint_write(&subject, server);
	textbuf_init(&key, key_store, sizeof(key_store));
	endpoint_write(&key, server);
	textbuf_add(&key, " ");
	textbuf_add(&key, method);
	finding.kind = FINDING_TRANSACTION_TIMEOUT;
	finding.key = textbuf_slice(&key);
	finding.subject = textbuf_slice(&subject);
	finding.server = server;
	finding.wall = finding.now + t->wall_offset;
	t->output(t->arg, &finding);
}

static void
tell_timeout(struct timeout *t, const struct outcome *o,
    const struct delivery *d, enum finding_change change, const char *method,
    const char *proof)
{
	proof_write(&t->evidence, o, proof, &t->limits.identity);
	if (d->proxied.address.version != 0)
		evidence_endpoint(&t->evidence, "proxied_client", &d->proxied);
	if (d->closed_after > 0)
		evidence_seconds(
		    &t->evidence, "closed_after_s", d->closed_after, 2);
	tell(t, &o->uas, method,
	    (struct finding){
		.change = change,
		.severity = finding_severity_of(
		    FINDING_TRANSACTION_TIMEOUT, proof_class_name(o->class)),
		.evidence = &t->evidence,
		.known = d->worked,
		.now = o->now,
		.began = o->request.sent_wall,
	    });
}

/* Deeper legs that are silent too: if one of them was reported, or is not
 * judged yet, it is blamed in place of this one. */
static bool
excused(struct timeout *t, const struct outcome *o)
{
	for (unsigned i = 0; i < o->group.deeper_count; i++) {
		const struct verdict *v =
		    verdicts_find(t->verdicts, o->group.deeper[i]);

		if (v == NULL || v->told)
			return true;
	}
	return false;
}

static const char *
find_proof(struct timeout *t, const struct outcome *o, const struct delivery *d,
    enum timeout_verdict *verdict)
{
	return proof_find(o, d, habits_span(t->habits, o), verdict);
}

static void
remember(struct timeout *t, const struct outcome *o,
    enum timeout_verdict verdict, bool told)
{
	verdicts_add(t->verdicts,
	    &(struct verdict){ o->id, (uint8_t)verdict, told },
	    o->now + timers_64_t1(t->limits.t1) + t->limits.grace);
}

static void
note_verdict(struct timeout *t, const struct outcome *o,
    enum timeout_verdict verdict, bool told)
{
	if (o->event == OUTCOME_EXPIRED || o->group.legs > 1)
		remember(t, o, verdict, told);
	habits_note(t->habits, o);
}

static void
note_doubt(struct timeout *t, const struct outcome *o, const char *proof)
{
	if (o->request.flow != 0 && proof_by_absence(proof))
		doubts_add(&t->doubts, o);
}

static void
accuse(struct timeout *t, const struct outcome *o, const struct delivery *d,
    const char *method, const char *proof)
{
	failing_timed_out(t->failing, o, method);
	note_doubt(t, o, proof);
	tell_timeout(t, o, d, FINDING_TROUBLE, method, proof);
}

/* Whether it was told is returned in *told. */
static enum timeout_verdict
judge(struct timeout *t, const struct outcome *o, const struct delivery *d,
    const char **proof, bool *told)
{
	enum timeout_verdict verdict;

	*proof = find_proof(t, o, d, &verdict);
	*told = verdict == TIMEOUT_TIMED_OUT && o->watched && !excused(t, o);
	return verdict;
}

/* EXPIRED; or UNFINISHED, where the proof may be whole already. */
static enum timeout_verdict
expired(struct timeout *t, const struct outcome *o, const struct delivery *d,
    const char *method)
{
	const char *proof;
	bool told;
	const enum timeout_verdict verdict = judge(t, o, d, &proof, &told);
	struct tally_counts *counts = tally_of(t->tally, method);

	/* Its final was answered and counted; then nobody acknowledged it. */
	if (o->class == OUTCOME_NO_ACK || o->class == OUTCOME_NO_ACK_2XX) {
		if (verdict != TIMEOUT_TIMED_OUT)
			return TIMEOUT_NONE;
		counts->answered--;
	}
	(*count_of(counts, verdict))++;
	note_verdict(t, o, verdict, told);
	if (!told)
		return verdict;
	accuse(t, o, d, method, proof);
	return verdict;
}

/* A deeper leg has been judged: does the blame return to this one?  Its proof
 * then, else NULL. */
static const char *
reviewed_proof(struct timeout *t, const struct verdict *v,
    const struct outcome *o, const struct delivery *d)
{
	enum timeout_verdict verdict;
	const char *proof = find_proof(t, o, d, &verdict);

	if (v == NULL || v->told || v->verdict != TIMEOUT_TIMED_OUT ||
	    !o->watched || excused(t, o))
		return NULL;
	return proof;
}

static void
reviewed(struct timeout *t, const struct outcome *o, const struct delivery *d,
    const char *method)
{
	struct verdict *v = verdicts_find(t->verdicts, o->id);
	const char *proof = reviewed_proof(t, v, o, d);

	if (proof == NULL)
		return;
	v->told = true;
	accuse(t, o, d, method, proof);
}

static enum timeout_verdict
late(struct timeout *t, const struct outcome *o, const char *method)
{
	const struct verdict *v = verdicts_find(t->verdicts, o->id);
	struct tally_counts *counts = tally_of(t->tally, method);

	if (v == NULL)
		return TIMEOUT_NONE;
	(*count_of(counts, (enum timeout_verdict)v->verdict))--;
	counts->answered++;
	if (v->told)
		tell(t, &o->uas, method,
		    (struct finding){
			.change = FINDING_WITHDRAWN,
			.now = o->now,
		    });
	verdicts_remove(t->verdicts, o->id);
	doubts_remove(&t->doubts, o->id);
	if (o->watched)
		failing_answered(t->failing, o, t->limits.resolve_after);
	return TIMEOUT_ANSWERED;
}

/* A gap may have held its answer: nothing is proven.  It may not be known any
 * more whether it was answered late. */
static void
refute(struct timeout *t, const struct doubt *d)
{
	struct verdict *v = verdicts_find(t->verdicts, d->id);

	if (v == NULL)
		return;
	v->told = false;
	v->verdict = TIMEOUT_UNKNOWN_LOSS;
}

static enum timeout_verdict
recall_expired(
    struct timeout *t, const struct outcome *o, const struct delivery *d)
{
	const char *proof;
	bool told;
	const enum timeout_verdict verdict = judge(t, o, d, &proof, &told);

	if (verdict != TIMEOUT_TIMED_OUT &&
	    (o->class == OUTCOME_NO_ACK || o->class == OUTCOME_NO_ACK_2XX))
		return TIMEOUT_NONE;
	note_verdict(t, o, verdict, told);
	if (told)
		note_doubt(t, o, proof);
	return verdict;
}

static void
recall_reviewed(
    struct timeout *t, const struct outcome *o, const struct delivery *d)
{
	struct verdict *v = verdicts_find(t->verdicts, o->id);
	const char *proof = reviewed_proof(t, v, o, d);

	if (proof == NULL)
		return;
	v->told = true;
	note_doubt(t, o, proof);
}

enum timeout_verdict
timeout_recall(
    struct timeout *t, const struct outcome *o, const struct delivery *d)
{
	switch (o->event) {
	case OUTCOME_ANSWERED:
		habits_note(t->habits, o);
		return TIMEOUT_ANSWERED;
	case OUTCOME_EXPIRED:
	case OUTCOME_UNFINISHED:
		return recall_expired(t, o, d);
	case OUTCOME_LATE:
		verdicts_remove(t->verdicts, o->id);
		doubts_remove(&t->doubts, o->id);
		return TIMEOUT_ANSWERED;
	case OUTCOME_REVIEWED:
		recall_reviewed(t, o, d);
		return TIMEOUT_NONE;
	case OUTCOME_RECOVERED:
	case OUTCOME_SLOW:
		break;
	}
	return TIMEOUT_NONE;
}

void
timeout_recall_gap(struct timeout *t, const struct doubts_gap *gap)
{
	struct doubt doubt;

	while (doubts_take(&t->doubts, gap, &doubt))
		refute(t, &doubt);
}

static void
recovered(struct timeout *t, const struct outcome *o, const struct delivery *d,
    const char *method)
{
	const struct verdict *v = verdicts_find(t->verdicts, o->id);
	enum timeout_verdict verdict;
	const char *proof = find_proof(t, o, d, &verdict);

	if (v != NULL && v->told && proof != NULL)
		tell_timeout(t, o, d, FINDING_UPDATED, method, proof);
}

static void
withdraw(struct timeout *t, const struct doubt *d, nstime now)
{
	struct tally_counts *counts = tally_of(t->tally, d->method);

	refute(t, d);
	counts->timed_out--;
	counts->unknown_loss++;
	tell(t, &d->uas, d->method,
	    (struct finding){
		.change = FINDING_WITHDRAWN,
		.now = now,
	    });
}

void
timeout_gap(struct timeout *t, const struct doubts_gap *gap)
{
	struct doubt doubt;

	t->wall_offset = gap->wall - gap->now;
	while (doubts_take(&t->doubts, gap, &doubt))
		withdraw(t, &doubt, gap->now);
}

enum timeout_verdict
timeout_input(struct timeout *t, const struct outcome *o,
    const struct delivery *delivery, nstime wall)
{
	char method[TALLY_NAME];

	t->wall_offset = wall - o->now;
	if (o->event == OUTCOME_ANSWERED) {
		tally_of_method(t->tally, o->method)->answered++;
		habits_note(t->habits, o);
		if (o->watched)
			failing_answered(
			    t->failing, o, t->limits.resolve_after);
		return TIMEOUT_ANSWERED;
	}
	tally_name(method, o->method);
	switch (o->event) {
	case OUTCOME_EXPIRED:
	case OUTCOME_UNFINISHED:
		return expired(t, o, delivery, method);
	case OUTCOME_LATE:
		return late(t, o, method);
	case OUTCOME_RECOVERED:
		recovered(t, o, delivery, method);
		return TIMEOUT_NONE;
	case OUTCOME_REVIEWED:
		reviewed(t, o, delivery, method);
		return TIMEOUT_NONE;
	case OUTCOME_ANSWERED:
	case OUTCOME_SLOW:
		break;
	}
	return TIMEOUT_NONE;
}

void
timeout_tick(struct timeout *t, nstime now, nstime wall)
{
	struct failing_healed healed;

	while (failing_heal(t->failing, now, &healed)) {
		t->wall_offset = wall - now;
		tell(t, &healed.server, healed.method,
		    (struct finding){
			.change = FINDING_HEALTHY,
			.now = now,
		    });
	}
	verdicts_tick(t->verdicts, now);
}

nstime
timeout_next_deadline(const struct timeout *t)
{
	const nstime healing = failing_next_deadline(t->failing);
	const nstime forgetting = verdicts_next_deadline(t->verdicts);

	return healing < forgetting ? healing : forgetting;
}

const struct tally *
timeout_tally(const struct timeout *t)
{
	return t->tally;
}

void
timeout_stats(const struct timeout *t, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "timeout.servers_evicted",
	    failing_evicted(t->failing));
	output(arg, COUNTER_EVENT, "timeout.habits_evicted",
	    habits_evicted(t->habits));
	output(arg, COUNTER_LIMIT, "timeout.judged_full",
	    verdicts_refused(t->verdicts));
}

void
timeout_save(const struct timeout *t, struct record *r)
{
	tally_save(r, t->tally);
	failing_save(t->failing, r);
}

bool
timeout_load(
    struct timeout *t, struct cursor *c, const struct record_shift *shift)
{
	tally_load(t->tally, c);
	failing_load(t->failing, c, shift->watching, t->limits.resolve_after);
	return !c->bad;
}
