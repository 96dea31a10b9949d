/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/inner/handover.h"

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

/* At its limit the table lacks those that came last: each of them is resolved
 * as if it were the only trouble of its server. */
void
handover_note(struct alert *a, struct alert_entry *e)
{
	if (e->handover.is_outage || e->episode.life == EPISODE_IDLE ||
	    !finding_row(e->episode.kind)->is_outage)
		return;
	e->handover.is_outage = table_add(a->outages, &e->handover.outage,
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

		if (e != except && e->handover.held == held)
			return e;
	}
	return NULL;
}

bool
handover_may_heal(struct alert *a, struct alert_entry *e)
{
	if (!e->handover.is_outage || find(a, subject_of(e), e, false) == NULL)
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
	if (e->handover.is_outage)
		table_remove(a->outages, &e->handover.outage);
	e->handover.is_outage = false;
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
