/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LRU_H
#define LRU_H

#include "base/budget.h"
#include "base/table.h"

/*
 * A table that owns at most `limit' objects, and as many as its share of the
 * memory has room for: a new one evicts the least recently used.  All objects
 * are of one size, begin with a struct lru_entry and are zeros behind it when
 * they are made.
 */

struct lru_entry {
	struct table_entry in_table; /* first: what table_equal() is given */
	struct lru_entry *older, *newer;
	bool kept;
};

struct lru;

/* An object is about to be freed, given way or not. */
typedef void lru_done(void *arg, void *object);

struct lru_setup {
	size_t limit;                /* objects */
	size_t octets;               /* of one, lru_entry included */
	struct budget_share *memory; /* borrowed; NULL: without bounds */
	table_equal *equal;
	lru_done *done; /* NULL: nothing is to be done */
	void *arg;
};

/* NULL when out of memory.  The caller frees it, and with it all objects. */
struct lru *lru_new(
    const struct lru_setup *setup, const struct siphash_key *key);
void lru_free(struct lru *l);

/* More or fewer from now on: entries above a lower limit go with the next
 * lru_add(), or with lru_trim(). */
void lru_set(struct lru *l, size_t limit);
void lru_trim(struct lru *l);

uint64_t lru_hash(const struct lru *l, struct slice octets);

/* The object, or NULL.  Finding is no use. */
void *lru_find(const struct lru *l, uint64_t hash, const void *key);

/* A new one, used just now.  NULL when out of memory, or if the limit is 0. */
void *lru_add(struct lru *l, uint64_t hash);

/* It is worth more than others: it goes after all that are not kept, as long
 * as those are at least half of the limit. */
void lru_keep(struct lru *l, void *object);

/* The oldest goes, or the next if that is `but'.  False: there is none. */
bool lru_give_way(struct lru *l, const void *but);

/* It was used just now; or longer ago than any other. */
void lru_use(struct lru *l, void *object);
void lru_age(struct lru *l, void *object);

void lru_forget(struct lru *l, void *object);

/* From the longest unused on, kept ones behind the others, and back; NULL at
 * the end. */
void *lru_oldest(const struct lru *l);
void *lru_newer(const void *object);
void *lru_newest(const struct lru *l);
void *lru_older(const void *object);

size_t lru_count(const struct lru *l);

/* How many gave way, and how many could not be made. */
uint64_t lru_evicted(const struct lru *l);
uint64_t lru_failed(const struct lru *l);

#endif
