/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/inner/handover.h"

#include "alert/inner/entries.h"

enum { SPARE = 1024 };

static struct alert_entry *
entry_of(struct table_entry *outage)
{
	return (struct alert_entry *)(void *)((char *)outage -
	    offsetof(struct alert_entry, handover.outage));
}

static struct slice
subject_of(const struct alert_entry *e)
{
	return slice_of(e->episode.subject, e->episode.subject_len);
}

static bool
has_subject(const struct table_entry *outage, const void *key)
{
	const struct alert_entry *e = (const void *)((const char *)outage -
	    offsetof(struct alert_entry, handover.outage));

	return slice_equal(subject_of(e), *(const struct slice *)key);
}

static bool
is_outage(const struct alert_entry *e)
{
	return finding_row(e->episode.kind)->is_outage;
}

bool
handover_init(struct alert *a)
{
	TAILQ_INIT(&a->leaving);
	a->outages = table_new(a->limits.alerts, &a->limits.key, has_subject);
	return a->outages != NULL;
}

void
handover_done(struct alert *a)
{
	table_free(a->outages);
}

void
handover_set(struct alert *a)
{
	table_set(a->outages, a->limits.alerts);
}

static void
stay(struct alert *a, struct alert_entry *e)
{
	if (e->handover.successor == 0)
		return;
	e->handover.successor = 0;
	TAILQ_REMOVE(&a->leaving, e, handover.leaving);
}

void
handover_trouble(struct alert *a, struct alert_entry *e)
{
	e->handover.held = false;
	stay(a, e);
}

/* At its limit the table lacks the entries that came last: each of them is
 * resolved as if it were the only trouble of its server. */
void
handover_note(struct alert *a, struct alert_entry *e)
{
	if (e->handover.is_noted || e->episode.life == EPISODE_IDLE ||
	    !(is_outage(e) || e->episode.kind == FINDING_CERTIFICATE))
		return;
	e->handover.is_noted = table_add(a->outages, &e->handover.outage,
	    table_hash(a->outages, subject_of(e)));
}

/* An outage of that subject other than `except'. */
static struct alert_entry *
find(const struct alert *a, struct slice subject,
    const struct alert_entry *except, bool held)
{
	const uint64_t hash = table_hash(a->outages, subject);
	struct table_entry *found = table_find(a->outages, hash, &subject);

	for (; found != NULL;
	     found = table_find_next(a->outages, found, &subject)) {
		struct alert_entry *e = entry_of(found);

		if (e != except && is_outage(e) && e->handover.held == held)
			return e;
	}
	return NULL;
}

/* TLS alerts 42 to 46 are about certificates; Windows just hangs up. */
static bool
is_for_certificate(const struct finding *f)
{
	struct slice class;
	int64_t number;

	if (f->evidence == NULL)
		return false;
	class = evidence_get(f->evidence, "class");
	number = evidence_number(f->evidence, "tls_alert", 0);
	return slice_is(class, "tls_closed") ||
	    (slice_is(class, "tls_alert") && number >= 42 && number <= 46);
}

const struct alert_entry *
handover_cause(const struct alert *a, const struct finding *f)
{
	struct table_entry *found;

	if (f->kind != FINDING_CONNECTION_FAILURE ||
	    f->change != FINDING_TROUBLE || table_count(a->outages) == 0 ||
	    !is_for_certificate(f))
		return NULL;
	found = table_find(
	    a->outages, table_hash(a->outages, f->subject), &f->subject);
	for (; found != NULL;
	     found = table_find_next(a->outages, found, &f->subject)) {
		const struct alert_entry *e = entry_of(found);

		if (e->episode.kind == FINDING_CERTIFICATE &&
		    !slice_is(
			evidence_get(e->episode.first, "class"), "expiring"))
			return e;
	}
	return NULL;
}

bool
handover_may_heal(struct alert *a, struct alert_entry *e)
{
	if (!e->handover.is_noted || !is_outage(e) ||
	    find(a, subject_of(e), e, false) == NULL)
		return true;
	e->handover.held = true;
	return false;
}

bool
handover_leave(
    struct alert *a, struct alert_entry *e, const struct alert_entry *successor)
{
	stay(a, e);
	if (successor->episode.life != EPISODE_WAITING ||
	    e->episode.life != EPISODE_ACTIVE)
		return false;
	e->handover.successor = successor->episode.id;
	TAILQ_INSERT_TAIL(&a->leaving, e, handover.leaving);
	return true;
}

void
handover_end(struct alert *a, struct alert_entry *e)
{
	stay(a, e);
	e->handover.held = false;
	if (e->handover.is_noted)
		table_remove(a->outages, &e->handover.outage);
	e->handover.is_noted = false;
}

struct alert_entry *
handover_follower(struct alert *a, uint64_t id, enum episode_life life)
{
	struct alert_entry *e, *next;

	for (e = TAILQ_FIRST(&a->leaving); e != NULL; e = next) {
		next = TAILQ_NEXT(e, handover.leaving);
		if (e->handover.successor != id)
			continue;
		if (life == EPISODE_ACTIVE)
			return e;
		if (life == EPISODE_IDLE)
			stay(a, e);
	}
	return NULL;
}

struct alert_entry *
handover_released(const struct alert *a, struct slice subject)
{
	if (table_count(a->outages) == 0 ||
	    find(a, subject, NULL, false) != NULL)
		return NULL;
	return find(a, subject, NULL, true);
}

static void
save_entry(const struct alert_entry *e, struct record *r)
{
	const char *kind = finding_kind_name(e->episode.kind);

	if (record_left(r) < SPARE)
		return;
	record_more(r, true);
	finding_kind_save(r, e->episode.kind);
	record_text(r, slice_after(entries_name(e), strlen(kind) + 1));
	record_flag(r, e->handover.held);
	record_u64(r, e->handover.successor);
}

/* Those that leave in their order, then those that are held alone. */
void
handover_save(const struct alert *a, struct record *r)
{
	const struct alert_entry *e;
	const struct table_entry *entry = table_first(a->table);

	TAILQ_FOREACH (e, &a->leaving, handover.leaving)
		save_entry(e, r);
	for (; entry != NULL; entry = table_next(a->table, entry)) {
		e = (const struct alert_entry *)entry;
		if (e->handover.held && e->handover.successor == 0)
			save_entry(e, r);
	}
	record_more(r, false);
}

static void
load_entry(struct alert *a, struct cursor *c)
{
	char text[ENTRIES_NAME + 1];
	struct textbuf t;
	enum finding_kind kind;
	const bool known = finding_kind_load(c, &kind);
	const struct slice key = record_read_line(c, ENTRIES_NAME);
	const bool held = record_read_flag(c);
	const uint64_t successor = cursor_le64(c);
	struct alert_entry *e;

	if (c->bad || !known)
		return;
	textbuf_init(&t, text, sizeof(text));
	e = entries_find(a, entries_write_name(&t, kind, key));
	if (e == NULL || e->episode.life == EPISODE_IDLE)
		return;
	e->handover.held = held && e->handover.is_noted;
	stay(a, e);
	if (successor == 0 || e->episode.life != EPISODE_ACTIVE)
		return;
	e->handover.successor = successor;
	TAILQ_INSERT_TAIL(&a->leaving, e, handover.leaving);
}

void
handover_load(struct alert *a, struct cursor *c)
{
	while (record_read_more(c))
		load_entry(a, c);
}
