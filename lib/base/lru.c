/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/lru.h"

#include <stdlib.h>

struct lru {
	struct lru_setup setup;
	struct table *table;
	struct lru_entry *oldest, *newest;
	/* The kept ones are the newest of the list; the oldest of them. */
	struct lru_entry *kept;
	size_t kept_count;
	uint64_t evicted, failed;
};

struct lru *
lru_new(const struct lru_setup *setup, const struct siphash_key *key)
{
	struct lru *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->setup = *setup;
	l->table =
	    table_new_drawing(setup->limit, key, setup->equal, setup->memory);
	if (l->table != NULL)
		return l;
	free(l);
	return NULL;
}

void
lru_free(struct lru *l)
{
	if (l == NULL)
		return;
	while (l->oldest != NULL)
		lru_forget(l, l->oldest);
	table_free(l->table);
	free(l);
}

void
lru_set(struct lru *l, size_t limit)
{
	l->setup.limit = limit;
	table_set(l->table, limit);
}

uint64_t
lru_hash(const struct lru *l, struct slice octets)
{
	return table_hash(l->table, octets);
}

void *
lru_find(const struct lru *l, uint64_t hash, const void *key)
{
	return table_find(l->table, hash, key);
}

static void
unlist(struct lru *l, struct lru_entry *e)
{
	if (l->kept == e)
		l->kept = e->newer;
	if (e->older == NULL)
		l->oldest = e->newer;
	else
		e->older->newer = e->newer;
	if (e->newer == NULL)
		l->newest = e->older;
	else
		e->newer->older = e->older;
}

/* Before `newer'; NULL: at the end. */
static void
put_before(struct lru *l, struct lru_entry *e, struct lru_entry *newer)
{
	struct lru_entry *older = newer == NULL ? l->newest : newer->older;

	e->older = older;
	e->newer = newer;
	if (older == NULL)
		l->oldest = e;
	else
		older->newer = e;
	if (newer == NULL)
		l->newest = e;
	else
		newer->older = e;
}

/* The newest of its kind: those that are kept, or the others. */
static void
put_newest(struct lru *l, struct lru_entry *e)
{
	put_before(l, e, e->kept ? NULL : l->kept);
	if (e->kept && l->kept == NULL)
		l->kept = e;
}

void
lru_use(struct lru *l, void *object)
{
	unlist(l, object);
	put_newest(l, object);
}

/* The oldest of its kind. */
void
lru_age(struct lru *l, void *object)
{
	struct lru_entry *e = object;

	unlist(l, e);
	if (e->kept) {
		put_before(l, e, l->kept);
		l->kept = e;
	} else {
		put_before(l, e, l->oldest);
	}
}

void
lru_keep(struct lru *l, void *object)
{
	struct lru_entry *e = object;

	if (e->kept)
		return;
	unlist(l, e);
	e->kept = true;
	put_newest(l, e);
	if (++l->kept_count <= l->setup.limit / 2)
		return;
	l->kept->kept = false;
	l->kept = l->kept->newer;
	l->kept_count--;
}

void
lru_forget(struct lru *l, void *object)
{
	struct lru_entry *e = object;

	if (l->setup.done != NULL)
		l->setup.done(l->setup.arg, object);
	unlist(l, e);
	l->kept_count -= e->kept;
	table_remove(l->table, &e->in_table);
	budget_release(l->setup.memory, object, l->setup.octets);
}

static void
keep(struct lru *l, size_t most)
{
	while (l->oldest != NULL && table_count(l->table) > most) {
		lru_forget(l, l->oldest);
		l->evicted++;
	}
}

bool
lru_give_way(struct lru *l, const void *but)
{
	struct lru_entry *e = l->oldest;

	if (e == but && e != NULL)
		e = e->newer;
	if (e == NULL)
		return false;
	lru_forget(l, e);
	l->evicted++;
	return true;
}

void
lru_trim(struct lru *l)
{
	keep(l, l->setup.limit);
}

/* Where the share has no room for one more, the oldest go as far as it takes;
 * one at least stays. */
static struct lru_entry *
new_entry(struct lru *l)
{
	struct lru_entry *e = budget_alloc(l->setup.memory, l->setup.octets);

	while (e == NULL && table_count(l->table) > 1) {
		keep(l, table_count(l->table) - 1);
		e = budget_alloc(l->setup.memory, l->setup.octets);
	}
	return e;
}

void *
lru_add(struct lru *l, uint64_t hash)
{
	struct lru_entry *e;

	keep(l, l->setup.limit == 0 ? 0 : l->setup.limit - 1);
	e = new_entry(l);
	if (e == NULL || !table_add(l->table, &e->in_table, hash)) {
		budget_release(l->setup.memory, e, l->setup.octets);
		l->failed++;
		return NULL;
	}
	put_newest(l, e);
	return e;
}

void *
lru_oldest(const struct lru *l)
{
	return l->oldest;
}

void *
lru_newer(const void *object)
{
	return ((const struct lru_entry *)object)->newer;
}

void *
lru_newest(const struct lru *l)
{
	return l->newest;
}

void *
lru_older(const void *object)
{
	return ((const struct lru_entry *)object)->older;
}

size_t
lru_count(const struct lru *l)
{
	return table_count(l->table);
}

uint64_t
lru_evicted(const struct lru *l)
{
	return l->evicted;
}

uint64_t
lru_failed(const struct lru *l)
{
	return l->failed;
}
