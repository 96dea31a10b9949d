/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/timeout.h"

#include "base/lru.h"
#include "base/timerq.h"
#include "findings/inner/clients.h"
#include "findings/inner/proof.h"
#include "findings/inner/habits.h"
#include "findings/inner/verdicts.h"

#include <stdlib.h>

/* Octets that must be left in a record before a server is written. */
enum { SPARE = 4096 };

/* A server endpoint that timed out for a method, until it is well again. */
struct timeout_server {
	struct lru_entry entry;
	struct timerq_entry timer;
	struct endpoint endpoint;
	char method[TALLY_NAME];
	nstime last_timeout;
	bool client_answered; /* since then: one of those that had failed */
	struct clients failed;
};

struct timeout {
	struct timeout_limits limits;
	finding_output *output;
	void *arg;
	struct tally *tally;
	struct lru *servers; /* the longest without trouble goes */
	struct timerq *healing;
	struct verdicts *verdicts;
	struct habits *habits;
	struct doubts doubts;
	nstime wall_offset; /* stamps less `now', from the latest outcome */
	struct evidence evidence;
};

struct server_key {
	const struct endpoint *endpoint;
	const char *method;
};

static bool
server_equal(const struct table_entry *entry, const void *key)
{
	const struct timeout_server *s = (const struct timeout_server *)entry;
	const struct server_key *k = key;

	return endpoint_equal(&s->endpoint, k->endpoint) &&
	    strcmp(s->method, k->method) == 0;
}

static void
on_forget(void *arg, void *server)
{
	const struct timeout *t = arg;

	timerq_cancel(t->healing, &((struct timeout_server *)server)->timer);
}

struct timeout *
timeout_new(
    const struct timeout_limits *limits, finding_output *output, void *arg)
{
	struct timeout *t = calloc(1, sizeof(*t));
	const struct lru_setup servers = {
		.limit = limits->servers,
		.octets = sizeof(struct timeout_server),
		.equal = server_equal,
		.done = on_forget,
		.arg = t,
	};

	if (t == NULL)
		return NULL;
	t->limits = *limits;
	t->output = output;
	t->arg = arg;
	t->tally = tally_new(limits->methods);
	t->servers = lru_new(&servers, &limits->key);
	t->verdicts = verdicts_new(limits->judged, &limits->key);
	t->habits = habits_new(limits->senders, &limits->key);
	t->healing = timerq_new();
	if (t->tally != NULL && t->servers != NULL && t->verdicts != NULL &&
	    t->habits != NULL && t->healing != NULL)
		return t;
	timeout_free(t);
	return NULL;
}

void
timeout_free(struct timeout *t)
{
	if (t == NULL)
		return;
	lru_free(t->servers);
	verdicts_free(t->verdicts);
	habits_free(t->habits);
	timerq_free(t->healing);
	tally_free(t->tally);
	free(t);
}

void
timeout_set(struct timeout *t, const struct timeout_limits *limits)
{
	t->limits = *limits;
	lru_set(t->servers, limits->servers);
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

static struct timeout_server *
find_server(const struct timeout *t, const struct endpoint *endpoint,
    const char *method)
{
	const struct server_key key = { .endpoint = endpoint,
		.method = method };

	return lru_find(t->servers, endpoint_hash(t->servers, endpoint), &key);
}

/* At the limit the one longest without trouble goes: its alert ends when it
 * has been quiet. */
static struct timeout_server *
add_server(
    struct timeout *t, const struct endpoint *endpoint, const char *method)
{
	struct timeout_server *s =
	    lru_add(t->servers, endpoint_hash(t->servers, endpoint));

	if (s == NULL)
		return NULL;
	s->endpoint = *endpoint;
	memcpy(s->method, method, TALLY_NAME);
	return s;
}

static void
note_failure(struct timeout *t, const struct outcome *o, const char *method)
{
	struct timeout_server *s = find_server(t, &o->uas, method);

	if (s == NULL)
		s = add_server(t, &o->uas, method);
	if (s == NULL)
		return;
	lru_use(t->servers, s);
	clients_add(&s->failed, &o->uac.address);
	s->last_timeout = o->now;
	s->client_answered = false;
	timerq_cancel(t->healing, &s->timer);
}

static void
note_answer(struct timeout *t, const struct outcome *o)
{
	char method[TALLY_NAME];
	struct timeout_server *s;

	if (lru_count(t->servers) == 0)
		return;
	tally_name(method, o->method);
	s = find_server(t, &o->uas, method);
	if (s == NULL || s->client_answered ||
	    o->request.sent < s->last_timeout ||
	    !clients_has(&s->failed, &o->uac.address))
		return;
	s->client_answered = timerq_set(
	    t->healing, &s->timer, s->last_timeout + t->limits.resolve_after);
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
    const struct delivery *d, enum finding_verdict verdict, const char *method,
    const char *proof)
{
	proof_write(&t->evidence, o, proof, &t->limits.identity);
	if (d->closed_after > 0)
		evidence_seconds(
		    &t->evidence, "closed_after_s", d->closed_after, 2);
	tell(t, &o->uas, method,
	    (struct finding){
		.verdict = verdict,
		.severity = finding_severity_of(
		    FINDING_TRANSACTION_TIMEOUT, proof_class_name(o->class)),
		.evidence = &t->evidence,
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
accuse(struct timeout *t, const struct outcome *o, const struct delivery *d,
    const char *method, const char *proof)
{
	note_failure(t, o, method);
	if (o->request.flow != 0 && proof_by_absence(proof))
		doubts_add(&t->doubts, o);
	tell_timeout(t, o, d, FINDING_TROUBLE, method, proof);
}

/* EXPIRED; or UNFINISHED, where the proof may be whole already. */
static enum timeout_verdict
expired(struct timeout *t, const struct outcome *o, const struct delivery *d,
    const char *method)
{
	enum timeout_verdict verdict;
	const char *proof = find_proof(t, o, d, &verdict);
	const bool told =
	    verdict == TIMEOUT_TIMED_OUT && o->watched && !excused(t, o);
	struct tally_counts *counts = tally_of(t->tally, method);

	/* Its final was answered and counted; then nobody acknowledged it. */
	if (o->class == OUTCOME_NO_ACK || o->class == OUTCOME_NO_ACK_2XX) {
		if (verdict != TIMEOUT_TIMED_OUT)
			return TIMEOUT_NONE;
		counts->answered--;
	}
	(*count_of(counts, verdict))++;
	if (o->event == OUTCOME_EXPIRED || o->group.legs > 1)
		remember(t, o, verdict, told);
	habits_note(t->habits, o);
	if (!told)
		return verdict;
	accuse(t, o, d, method, proof);
	return verdict;
}

/* A deeper leg has been judged: does the blame return to this one? */
static void
reviewed(struct timeout *t, const struct outcome *o, const struct delivery *d,
    const char *method)
{
	struct verdict *v = verdicts_find(t->verdicts, o->id);
	enum timeout_verdict verdict;
	const char *proof = find_proof(t, o, d, &verdict);

	if (v == NULL || v->told || v->verdict != TIMEOUT_TIMED_OUT ||
	    proof == NULL || !o->watched || excused(t, o))
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
			.verdict = FINDING_WITHDRAWN,
			.now = o->now,
		    });
	verdicts_remove(t->verdicts, o->id);
	doubts_remove(&t->doubts, o->id);
	if (o->watched)
		note_answer(t, o);
	return TIMEOUT_ANSWERED;
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

/* It may not be known any more whether it was answered late. */
static void
withdraw(struct timeout *t, const struct doubt *d, nstime now)
{
	struct tally_counts *counts = tally_of(t->tally, d->method);
	struct verdict *v = verdicts_find(t->verdicts, d->id);

	if (v != NULL) {
		v->told = false;
		v->verdict = TIMEOUT_UNKNOWN_LOSS;
	}
	counts->timed_out--;
	counts->unknown_loss++;
	tell(t, &d->uas, d->method,
	    (struct finding){
		.verdict = FINDING_WITHDRAWN,
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
			note_answer(t, o);
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

static void
heal(struct timeout *t, struct timeout_server *s, nstime now, nstime wall)
{
	t->wall_offset = wall - now;
	tell(t, &s->endpoint, s->method,
	    (struct finding){
		.verdict = FINDING_HEALTHY,
		.now = now,
	    });
	lru_forget(t->servers, s);
}

void
timeout_tick(struct timeout *t, nstime now, nstime wall)
{
	struct timerq_entry *due;

	while ((due = timerq_due(t->healing, now)) != NULL)
		heal(t,
		    (void *)((char *)due -
			offsetof(struct timeout_server, timer)),
		    now, wall);
	verdicts_tick(t->verdicts, now);
}

nstime
timeout_next_deadline(const struct timeout *t)
{
	const nstime healing = timerq_next_deadline(t->healing);
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
	    lru_evicted(t->servers));
	output(arg, COUNTER_EVENT, "timeout.habits_evicted",
	    habits_evicted(t->habits));
	output(arg, COUNTER_LIMIT, "timeout.judged_full",
	    verdicts_refused(t->verdicts));
}

static void
save_server(struct record *r, const struct timeout_server *s)
{
	record_more(r, true);
	endpoint_save(r, &s->endpoint);
	record_text(r, slice_text(s->method));
	record_time(r, s->last_timeout);
	record_flag(r, s->client_answered);
	clients_save(r, &s->failed);
}

void
timeout_save(const struct timeout *t, struct record *r)
{
	const struct timeout_server *s;

	tally_save(r, t->tally);
	for (s = lru_newest(t->servers); s != NULL && record_left(r) >= SPARE;
	     s = lru_older(s))
		save_server(r, s);
	record_more(r, false);
}

static void
load_server(struct timeout *t, struct cursor *c, nstime shift)
{
	const struct endpoint endpoint = endpoint_load(c);
	const struct slice name = record_read_line(c, TALLY_NAME - 1);
	const nstime last = record_read_now(c, shift);
	const bool answered = record_read_flag(c);
	struct clients failed = { .any = false };
	char method[TALLY_NAME] = "";
	struct timeout_server *s = NULL;

	clients_load(&failed, c);
	memcpy(method, name.len == 0 ? "" : (const char *)name.p, name.len);
	if (!c->bad && find_server(t, &endpoint, method) == NULL &&
	    lru_count(t->servers) < t->limits.servers)
		s = add_server(t, &endpoint, method);
	if (s == NULL)
		return;
	lru_age(t->servers, s); /* saved the latest first */
	s->last_timeout = last;
	s->failed = failed;
	s->client_answered = answered &&
	    timerq_set(t->healing, &s->timer, last + t->limits.resolve_after);
}

bool
timeout_load(
    struct timeout *t, struct cursor *c, const struct record_shift *shift)
{
	tally_load(t->tally, c);
	while (record_read_more(c))
		load_server(t, c, shift->watching);
	return !c->bad;
}
