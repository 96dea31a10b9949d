/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/gather.h"

#include <stdlib.h>

#include "incident/inner/account.h"

/* Incidents at a time. */
enum { BUNDLES = 256 };

void
gather_report_by(struct incident *i, struct bundle *b, nstime deadline)
{
	if (timerq_queued(&b->timer) &&
	    timerq_deadline(i->reports, &b->timer) <= deadline)
		return;
	if (!timerq_set(i->reports, &b->timer, deadline))
		i->no_memory++;
}

void
gather_forget(struct incident *i, struct bundle *b)
{
	timerq_cancel(i->reports, &b->timer);
	TAILQ_REMOVE(&i->bundles, b, order);
	i->bundle_count--;
	free(b);
}

static struct slice
key_of(const struct bundle *b)
{
	return slice_of(b->key, b->key_len);
}

void
gather_tell(struct incident *i, struct bundle *b, struct finding f, bool with)
{
	const struct account_context context = {
		.pools = i->pools,
		.parts = i->parts,
	};
	char store[SYMPTOM_SUBJECT];
	struct textbuf subject;

	textbuf_init(&subject, store, sizeof(store));
	if (b->cause.host.version != 0 || b->cause.server.version != 0 ||
	    b->part_count > 0)
		account_subject(&subject, b);
	bundle_note(b, &i->limits.relay);
	if (with)
		account_write(&i->evidence, b, &context);
	f.kind = FINDING_INCIDENT;
	f.severity = bundle_severity(b);
	f.key = key_of(b);
	f.began = b->since;
	f.subject = textbuf_slice(&subject);
	f.evidence = with ? &i->evidence : NULL;
	i->output(i->arg, &f);
}

static void
tell_joined(
    struct incident *i, const struct symptom *p, nstime now, nstime wall)
{
	i->output(i->arg,
	    &(struct finding){
		.kind = p->kind,
		.change = FINDING_JOINED,
		.severity = p->severity,
		.key = symptom_key(p),
		.subject = symptom_subject(p),
		.incident = finding_id(FINDING_INCIDENT, key_of(p->bundle)),
		.now = now,
		.wall = wall,
	    });
}

/* A new or grown incident, whose parts from `first' on are new to it. */
static void
announce(struct incident *i, struct bundle *b, struct symptom *first,
    nstime now, nstime wall)
{
	uint64_t count = 0;

	for (struct symptom *p = first; p != NULL; p = TAILQ_NEXT(p, in_bundle))
		count += p->count;
	if (count > 0)
		gather_tell(i, b,
		    (struct finding){
			.change = FINDING_TROUBLE,
			.count = count,
			.now = now,
			.wall = wall,
		    },
		    true);
	for (struct symptom *p = first; p != NULL; p = TAILQ_NEXT(p, in_bundle))
		tell_joined(i, p, now, wall);
}

static struct bundle *
find_bundle(const struct incident *i, struct slice key)
{
	struct bundle *b;

	TAILQ_FOREACH (b, &i->bundles, order)
		if (slice_equal(key_of(b), key))
			return b;
	return NULL;
}

/* Hosts whose clocks are wrong alike share the incident of the first. */
static struct bundle *
bundle_of_fellows(const struct incident *i, const struct cause *cause)
{
	for (size_t k = 0; k < cause->member_count; k++) {
		struct bundle *b = i->members[k]->bundle;

		if (cause->kind == CAUSE_CLOCK && b != NULL &&
		    b->cause.kind == CAUSE_CLOCK &&
		    i->members[k]->latest.role == SIGHTING_CLOCK)
			return b;
	}
	return NULL;
}

static struct bundle *
bundle_for(struct incident *i, const struct cause *cause)
{
	char key[BUNDLE_KEY];
	struct bundle *b = bundle_of_fellows(i, cause);

	if (b == NULL)
		b = find_bundle(i, bundle_key_of(cause, key));
	if (b != NULL)
		return b;
	if (i->bundle_count >= BUNDLES) {
		i->full++;
		return NULL;
	}
	b = calloc(1, sizeof(*b));
	if (b == NULL) {
		i->no_memory++;
		return NULL;
	}
	bundle_init(b, cause);
	TAILQ_INSERT_TAIL(&i->bundles, b, order);
	i->bundle_count++;
	return b;
}

/* A clock explains more than a server that is not reached, and a client that
 * reaches nobody more than one that does not reach a certain server. */
static bool
gives_way(const struct bundle *from, const struct bundle *to)
{
	if (from->cause.kind == CAUSE_CLOCK)
		return false;
	return to->cause.kind == CAUSE_CLOCK ||
	    (to->cause.kind == CAUSE_ONE_CANNOT_REACH &&
		to->cause.server.version == 0);
}

/* The first part that is new to the bundle, or NULL. */
static struct symptom *
add_members(struct incident *i, struct bundle *b, size_t count)
{
	struct symptom *first = NULL;

	for (size_t k = 0; k < count; k++) {
		struct symptom *p = i->members[k];

		if (p->bundle == b ||
		    (p->bundle != NULL && !gives_way(p->bundle, b)))
			continue;
		if (p->bundle != NULL)
			bundle_remove(p->bundle, p, false);
		bundle_add(b, p);
		if (first == NULL)
			first = p;
	}
	return first;
}

/* Incidents whose parts have all become another's. */
static void
supersede_empty(struct incident *i, nstime now, nstime wall)
{
	struct bundle *b, *next;

	for (b = TAILQ_FIRST(&i->bundles); b != NULL; b = next) {
		next = TAILQ_NEXT(b, order);
		if (b->part_count > 0 || timerq_queued(&b->timer))
			continue;
		gather_tell(i, b,
		    (struct finding){
			.change = FINDING_SUPERSEDED,
			.now = now,
			.wall = wall,
		    },
		    false);
		gather_forget(i, b);
	}
}

/* Take the score, reasons and others of the latest judgment; the incident keeps
 * its subject. */
static void
renew_cause(struct bundle *b, const struct cause *cause)
{
	b->cause.score = cause->score;
	b->cause.reasons = cause->reasons;
	b->cause.others = cause->others;
}

void
gather_decide(struct incident *i, struct symptom *part, nstime now, nstime wall)
{
	const struct cause_view view = {
		.parts = i->parts,
		.reach = i->reach,
		.relay = &i->limits.relay,
		.now = now,
		.join = i->limits.join,
		.members = i->members,
	};
	struct cause cause;
	struct bundle *b;
	struct symptom *first;

	if (!cause_of(&view, part, &cause))
		return;
	b = bundle_for(i, &cause);
	if (b == NULL)
		return;
	first = add_members(i, b, cause.member_count);
	renew_cause(b, &cause);
	if (first != NULL)
		announce(i, b, first, now, wall);
	else
		gather_report_by(i, b, now + GATHER_REPORT);
	supersede_empty(i, now, wall);
}
