/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/inner/entries.h"

#include <stdlib.h>

#include "alert/inner/quota.h"

/* The beginning of the key of an alert that covers the alerts beyond a
 * quota. */
#define FOLDED "folded "

enum { UNKNOWN_PERCENT = 75 };

struct slice
entries_name(const struct alert_entry *e)
{
	return slice_of(e->name, e->name_len);
}

bool
entries_has_name(const struct table_entry *entry, const void *key)
{
	return slice_equal(entries_name((const struct alert_entry *)entry),
	    *(const struct slice *)key);
}

void
entries_free(const struct alert *a, struct alert_entry *e)
{
	episode_done(&e->episode);
	budget_undo(a->limits.memory, sizeof(*e) + e->name_len);
	free(e);
}

void
entries_forget(struct alert *a, struct alert_entry *e)
{
	TAILQ_REMOVE(&a->idle, e, idle);
	table_remove(a->table, &e->in_table);
	entries_free(a, e);
}

/* `name' is "kind NUL key". */
static uint64_t
id_of(enum finding_kind kind, struct slice name)
{
	return finding_id(
	    kind, slice_after(name, strlen(finding_kind_name(kind)) + 1));
}

/* What may be a fake leaves a part of the memory to what is none. */
static bool
has_memory(const struct alert *a)
{
	return budget_percent(a->limits.memory) < UNKNOWN_PERCENT;
}

struct alert_entry *
entries_new(struct alert *a, enum finding_kind kind, struct slice name)
{
	struct alert_entry *e;

	if (table_count(a->table) >= a->limits.alerts && !TAILQ_EMPTY(&a->idle))
		entries_forget(a, TAILQ_FIRST(&a->idle));
	while (!has_memory(a) && !TAILQ_EMPTY(&a->idle))
		entries_forget(a, TAILQ_FIRST(&a->idle));
	e = calloc(1, sizeof(*e) + name.len);
	if (e == NULL) {
		a->no_memory++;
		return NULL;
	}
	budget_note(a->limits.memory, sizeof(*e) + name.len);
	e->episode.memory = a->limits.memory;
	e->episode.kind = kind;
	e->episode.id = id_of(kind, name);
	e->name_len = name.len;
	memcpy(e->name, name.p, name.len);
	if (!table_add(a->table, &e->in_table, table_hash(a->table, name))) {
		a->full++;
		entries_free(a, e);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&a->idle, e, idle);
	return e;
}

struct slice
entries_write_name(struct textbuf *t, enum finding_kind kind, struct slice key)
{
	textbuf_add(t, finding_kind_name(kind));
	textbuf_add_slice(t, slice_of("", 1));
	textbuf_add_slice(t, key);
	return textbuf_slice(t);
}

struct alert_entry *
entries_find(const struct alert *a, struct slice name)
{
	return (struct alert_entry *)table_find(
	    a->table, table_hash(a->table, name), &name);
}

/* The subject of the alert that covers the alerts beyond a quota. */
static struct slice
folded_subject(enum quota_answer answer, const struct finding *f)
{
	return answer == QUOTA_HOST_FULL ? quota_host_of(f->subject)
					 : slice_text(ALERT_OTHER_HOSTS);
}

/* It is outside of any quota; there is one for a host, one for a kind. */
static struct alert_entry *
folding_entry(
    struct alert *a, enum quota_answer answer, const struct finding *f)
{
	const struct slice subject = folded_subject(answer, f);
	char key[EPISODE_SUBJECT + 16], text[ENTRIES_NAME + 1];
	struct textbuf k, t;
	struct slice name;
	struct alert_entry *e;

	textbuf_init(&k, key, sizeof(key));
	textbuf_add(&k, FOLDED);
	textbuf_add_slice(&k, subject);
	textbuf_init(&t, text, sizeof(text));
	name = entries_write_name(&t, f->kind, textbuf_slice(&k));
	e = entries_find(a, name);
	if (e == NULL)
		e = entries_new(a, f->kind, name);
	if (e == NULL)
		return NULL;
	a->folded++;
	e->episode.folds = true;
	return e;
}

struct alert_entry *
entries_for(struct alert *a, const struct finding *f)
{
	char text[ENTRIES_NAME + 1];
	struct textbuf t;
	struct slice name;
	struct alert_entry *found;
	enum quota_answer answer;

	textbuf_init(&t, text, sizeof(text));
	name = entries_write_name(&t, f->kind, f->key);
	found = entries_find(a, name);
	if (f->change != FINDING_TROUBLE ||
	    (found != NULL && found->episode.life != EPISODE_IDLE))
		return found;
	answer = quota_ask(&a->quota, f->kind, f->subject, f->known);
	if (answer != QUOTA_ROOM ||
	    !(f->known || has_memory(a) || quota_are_few(&a->quota, f->kind)))
		return folding_entry(a, answer, f);
	return found != NULL ? found : entries_new(a, f->kind, name);
}

struct slice
entries_folding_subject(enum finding_kind kind, struct slice name)
{
	const struct slice key =
	    slice_after(name, strlen(finding_kind_name(kind)) + 1);

	return slice_starts_with(key, FOLDED)
	    ? slice_after(key, sizeof(FOLDED) - 1)
	    : slice_of(NULL, 0);
}

static int
compare(const void *left, const void *right)
{
	const struct alert_entry *a = *(struct alert_entry *const *)left;
	const struct alert_entry *b = *(struct alert_entry *const *)right;

	if (a->due != b->due)
		return a->due < b->due ? -1 : 1;
	if (a->episode.first_seen != b->episode.first_seen)
		return a->episode.first_seen < b->episode.first_seen ? -1 : 1;
	return (a->episode.id > b->episode.id) -
	    (a->episode.id < b->episode.id);
}

void
entries_sort(struct alert_entry **entries, size_t count)
{
	if (count > 1)
		qsort(entries, count, sizeof(entries[0]), compare);
}
