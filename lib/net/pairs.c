/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/pairs.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/table.h"

struct key {
	struct address from, to;
};

struct pair {
	struct table_entry entry;
	TAILQ_ENTRY(pair) by_use;
	struct key key;
	struct pairs_facts facts;
};

TAILQ_HEAD(pair_list, pair);

struct pairs {
	struct table *table;
	struct pair_list by_use; /* unused for longest first */
	size_t limit;
	uint64_t forgotten, out_of_memory;
};

static bool
same_pair(const struct table_entry *entry, const void *key)
{
	const struct pair *pair = (const struct pair *)entry;
	const struct key *wanted = key;

	return endpoint_address_equal(&pair->key.from, &wanted->from) &&
	    endpoint_address_equal(&pair->key.to, &wanted->to);
}

struct pairs *
pairs_new(const struct pairs_limits *limits)
{
	struct pairs *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	TAILQ_INIT(&p->by_use);
	p->limit = limits->pairs;
	p->table = table_new(limits->pairs, &limits->key, same_pair);
	if (p->table == NULL) {
		free(p);
		return NULL;
	}
	return p;
}

static void
forget(struct pairs *p, struct pair *pair)
{
	table_remove(p->table, &pair->entry);
	TAILQ_REMOVE(&p->by_use, pair, by_use);
	free(pair);
}

void
pairs_free(struct pairs *p)
{
	if (p == NULL)
		return;
	while (!TAILQ_EMPTY(&p->by_use))
		forget(p, TAILQ_FIRST(&p->by_use));
	table_free(p->table);
	free(p);
}

/* struct address has no padding: both are hashed as they stand. */
static uint64_t
hash_of(const struct pairs *p, const struct key *key)
{
	return table_hash(p->table, slice_of(key, sizeof(*key)));
}

static struct pair *
add(struct pairs *p, const struct key *key, uint64_t hash)
{
	struct pair *pair;

	while (table_count(p->table) >= p->limit && !TAILQ_EMPTY(&p->by_use)) {
		forget(p, TAILQ_FIRST(&p->by_use));
		p->forgotten++;
	}
	pair = malloc(sizeof(*pair));
	if (pair == NULL || !table_add(p->table, &pair->entry, hash)) {
		free(pair);
		p->out_of_memory++;
		return NULL;
	}
	pair->key = *key;
	pair->facts = (struct pairs_facts){ .unreachable_at = INT64_MIN };
	TAILQ_INSERT_TAIL(&p->by_use, pair, by_use);
	return pair;
}

/* The pair, made if it is new, and the last to be forgotten from now on. */
static struct pair *
use(struct pairs *p, const struct address *from, const struct address *to)
{
	const struct key key = { .from = *from, .to = *to };
	const uint64_t hash = hash_of(p, &key);
	struct pair *pair = (struct pair *)table_find(p->table, hash, &key);

	if (pair == NULL)
		return add(p, &key, hash);
	if (TAILQ_NEXT(pair, by_use) != NULL) {
		TAILQ_REMOVE(&p->by_use, pair, by_use);
		TAILQ_INSERT_TAIL(&p->by_use, pair, by_use);
	}
	return pair;
}

void
pairs_input(struct pairs *p, const struct address *from,
    const struct address *to, nstime now)
{
	struct pair *pair = use(p, from, to);

	if (pair == NULL)
		return;
	pair->facts.packets++;
	pair->facts.last = now;
}

void
pairs_unreachable(struct pairs *p, const struct address *from,
    const struct endpoint *to, nstime now)
{
	struct pair *pair = use(p, from, &to->address);

	if (pair == NULL)
		return;
	pair->facts.unreachable_at = now;
	pair->facts.unreachable_port = to->port;
}

void
pairs_facts(const struct pairs *p, const struct address *from,
    const struct address *to, struct pairs_facts *facts)
{
	const struct key key = { .from = *from, .to = *to };
	const struct pair *pair =
	    (const struct pair *)table_find(p->table, hash_of(p, &key), &key);

	if (pair == NULL)
		*facts = (struct pairs_facts){ .unreachable_at = INT64_MIN };
	else
		*facts = pair->facts;
}

void
pairs_set(struct pairs *p, const struct pairs_limits *limits)
{
	p->limit = limits->pairs;
	table_set(p->table, limits->pairs);
}

void
pairs_stats(const struct pairs *p, counter_output *output, void *arg)
{
	output(arg, "pairs.forgotten", p->forgotten);
	output(arg, "pairs.out_of_memory", p->out_of_memory);
}
