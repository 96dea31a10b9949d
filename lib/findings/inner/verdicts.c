/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/verdicts.h"

#include "base/table.h"
#include "base/timerq.h"

#include <stdlib.h>

struct verdicts_entry {
	struct table_entry entry;
	struct timerq_entry timer;
	struct verdict verdict;
};

struct verdicts {
	struct table *table;
	struct timerq *forgetting;
	struct budget_share *memory;
	uint64_t refused;
};

static bool
equal(const struct table_entry *entry, const void *id)
{
	return ((const struct verdicts_entry *)entry)->verdict.id ==
	    *(const uint64_t *)id;
}

struct verdicts *
verdicts_new(
    size_t limit, const struct siphash_key *key, struct budget_share *memory)
{
	struct verdicts *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->memory = memory;
	v->table = table_new_drawing(limit, key, equal, memory);
	v->forgetting = timerq_new();
	if (v->table != NULL && v->forgetting != NULL)
		return v;
	verdicts_free(v);
	return NULL;
}

static void
forget(struct verdicts *v, struct verdicts_entry *e)
{
	timerq_cancel(v->forgetting, &e->timer);
	table_remove(v->table, &e->entry);
	budget_release(v->memory, e, sizeof(*e));
}

void
verdicts_free(struct verdicts *v)
{
	struct table_entry *entry, *next;

	if (v == NULL)
		return;
	entry = v->table == NULL ? NULL : table_first(v->table);
	for (; entry != NULL; entry = next) {
		next = table_next(v->table, entry);
		budget_release(v->memory, entry, sizeof(struct verdicts_entry));
	}
	table_free(v->table);
	timerq_free(v->forgetting);
	free(v);
}

void
verdicts_set(struct verdicts *v, size_t limit)
{
	table_set(v->table, limit);
}

static uint64_t
hash_of(const struct verdicts *v, uint64_t id)
{
	return table_hash(v->table, slice_of(&id, sizeof(id)));
}

void
verdicts_add(struct verdicts *v, const struct verdict *verdict, nstime when)
{
	struct verdicts_entry *e = budget_alloc(v->memory, sizeof(*e));

	if (e == NULL ||
	    !table_add(v->table, &e->entry, hash_of(v, verdict->id))) {
		budget_release(v->memory, e, sizeof(*e));
		v->refused++;
		return;
	}
	e->verdict = *verdict;
	if (timerq_set(v->forgetting, &e->timer, when))
		return;
	table_remove(v->table, &e->entry);
	budget_release(v->memory, e, sizeof(*e));
	v->refused++;
}

static struct verdicts_entry *
find(const struct verdicts *v, uint64_t id)
{
	if (table_count(v->table) == 0)
		return NULL;
	return (struct verdicts_entry *)table_find(
	    v->table, hash_of(v, id), &id);
}

struct verdict *
verdicts_find(struct verdicts *v, uint64_t id)
{
	struct verdicts_entry *e = find(v, id);

	return e == NULL ? NULL : &e->verdict;
}

void
verdicts_remove(struct verdicts *v, uint64_t id)
{
	struct verdicts_entry *e = find(v, id);

	if (e != NULL)
		forget(v, e);
}

void
verdicts_tick(struct verdicts *v, nstime now)
{
	struct timerq_entry *due;

	while ((due = timerq_due(v->forgetting, now)) != NULL)
		forget(v,
		    (void *)((char *)due -
			offsetof(struct verdicts_entry, timer)));
}

nstime
verdicts_next_deadline(const struct verdicts *v)
{
	return timerq_next_deadline(v->forgetting);
}

uint64_t
verdicts_refused(const struct verdicts *v)
{
	return v->refused;
}
