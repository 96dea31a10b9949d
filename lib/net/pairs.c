/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/pairs.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/slab.h"
#include "base/table.h"

enum { CHANCES = 64 }; /* given in a row at most */

/* From the first answer to another one that shows that a pair works. */
#define LONG_ENOUGH NSTIME_S

struct key {
	struct address from, to;
};

/* Each packet reads and writes one cache line. */
struct pair {
	struct table_entry entry;
	struct key key;
	bool used; /* since it was put at the end of the list */
	uint32_t packets;
	nstime last;
	nstime unreachable_at;
	uint16_t unreachable_port;
	bool worked;     /* and listed so */
	nstime answered; /* first; INT64_MIN: never */
	TAILQ_ENTRY(pair) by_use;
};

_Static_assert(
    sizeof(void *) != 8 || offsetof(struct pair, last) + sizeof(nstime) <= 64,
    "a cache line");

TAILQ_HEAD(pair_list, pair);

struct pairs {
	struct table *table;
	struct slab *slab;
	struct pair_list by_use; /* unused for longest first, see victim() */
	struct pair_list worked; /* the same */
	size_t worked_count;
	size_t limit;
	uint64_t forgotten, out_of_memory;
};

static bool
same_key(const struct key *a, const struct key *b)
{
	return endpoint_address_equal(&a->from, &b->from) &&
	    endpoint_address_equal(&a->to, &b->to);
}

static bool
same_pair(const struct table_entry *entry, const void *key)
{
	return same_key(&((const struct pair *)entry)->key, key);
}

/* struct address has no padding: both are hashed octet by octet, but for IPv4,
 * where this is done for every packet and most of it is zeros. */
static uint64_t
hash_of(const struct pairs *p, const struct key *key)
{
	uint64_t both;

	if (key->from.version != 4 || key->to.version != 4)
		return table_hash(p->table, slice_of(key, sizeof(*key)));
	memcpy(&both, key->from.octets, 4);
	memcpy((uint8_t *)&both + 4, key->to.octets, 4);
	return table_hash_word(p->table, both);
}

struct pairs *
pairs_new(const struct pairs_limits *limits)
{
	struct pairs *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	TAILQ_INIT(&p->by_use);
	TAILQ_INIT(&p->worked);
	p->limit = limits->pairs;
	p->table = table_new_drawing(
	    limits->pairs, &limits->key, same_pair, limits->memory);
	p->slab = slab_new(sizeof(struct pair), limits->memory);
	if (p->table != NULL && p->slab != NULL)
		return p;
	pairs_free(p);
	return NULL;
}

static struct pair_list *
list_of(struct pairs *p, const struct pair *pair)
{
	return pair->worked ? &p->worked : &p->by_use;
}

static void
forget(struct pairs *p, struct pair *pair)
{
	table_remove(p->table, &pair->entry);
	TAILQ_REMOVE(list_of(p, pair), pair, by_use);
	p->worked_count -= pair->worked;
	slab_give(p->slab, pair);
}

void
pairs_free(struct pairs *p)
{
	if (p == NULL)
		return;
	table_free(p->table);
	slab_free(p->slab);
	free(p);
}

/*
 * To move a pair to the end of the list whenever it is used would touch three
 * more of them each time.  So it is only marked, and gets its second chance
 * when its turn has come.
 */
static struct pair *
victim(struct pair_list *list)
{
	struct pair *pair = TAILQ_FIRST(list);

	for (int i = 0; i < CHANCES && pair->used; i++) {
		pair->used = false;
		TAILQ_REMOVE(list, pair, by_use);
		TAILQ_INSERT_TAIL(list, pair, by_use);
		pair = TAILQ_FIRST(list);
	}
	return pair;
}

/* False: there is none to forget. */
static bool
make_room(struct pairs *p)
{
	struct pair_list *list =
	    TAILQ_EMPTY(&p->by_use) ? &p->worked : &p->by_use;

	if (TAILQ_EMPTY(list))
		return false;
	forget(p, victim(list));
	p->forgotten++;
	return true;
}

static struct pair *
add(struct pairs *p, const struct key *key, uint64_t hash)
{
	struct pair *pair;

	while (table_count(p->table) >= p->limit && make_room(p))
		;
	pair = slab_take(p->slab);
	if (pair == NULL && make_room(p))
		pair = slab_take(p->slab);
	if (pair != NULL && !table_add(p->table, &pair->entry, hash)) {
		slab_give(p->slab, pair);
		pair = NULL;
	}
	if (pair == NULL) {
		p->out_of_memory++;
		return NULL;
	}
	pair->key = *key;
	pair->used = false;
	pair->packets = 0;
	pair->last = 0;
	pair->unreachable_at = INT64_MIN;
	pair->unreachable_port = 0;
	pair->worked = false;
	pair->answered = INT64_MIN;
	TAILQ_INSERT_TAIL(&p->by_use, pair, by_use);
	return pair;
}

/* The pair, made if it is new, and among the last to be forgotten. */
static struct pair *
use(struct pairs *p, const struct address *from, const struct address *to)
{
	const struct key key = { .from = *from, .to = *to };
	const uint64_t hash = hash_of(p, &key);
	struct pair *pair = (struct pair *)table_find(p->table, hash, &key);

	if (pair == NULL)
		return add(p, &key, hash);
	pair->used = true;
	return pair;
}

void
pairs_expect(
    const struct pairs *p, const struct address *from, const struct address *to)
{
	const struct key key = { .from = *from, .to = *to };

	table_expect(p->table, hash_of(p, &key));
}

void
pairs_expect_entry(
    const struct pairs *p, const struct address *from, const struct address *to)
{
	const struct key key = { .from = *from, .to = *to };

	table_expect_entry(p->table, hash_of(p, &key));
}

void
pairs_input(struct pairs *p, const struct address *from,
    const struct address *to, nstime now)
{
	struct pair *pair = use(p, from, to);

	if (pair == NULL)
		return;
	if (pair->packets == 0 || now > pair->last)
		pair->last = now; /* a fleet's may come late */
	pair->packets += pair->packets < UINT32_MAX;
}

/* Beyond half of the limit the one unused for longest is as any other. */
static void
keep_half(struct pairs *p)
{
	struct pair *pair;

	if (p->worked_count <= p->limit / 2)
		return;
	pair = victim(&p->worked);
	TAILQ_REMOVE(&p->worked, pair, by_use);
	TAILQ_INSERT_TAIL(&p->by_use, pair, by_use);
	pair->worked = false;
	p->worked_count--;
}

void
pairs_answer(struct pairs *p, const struct address *from,
    const struct address *to, nstime now)
{
	struct pair *pair = use(p, from, to);

	if (pair == NULL || pair->worked)
		return;
	if (pair->answered == INT64_MIN)
		pair->answered = now;
	if (!nstime_passed(pair->answered, LONG_ENOUGH, now))
		return;
	TAILQ_REMOVE(&p->by_use, pair, by_use);
	TAILQ_INSERT_TAIL(&p->worked, pair, by_use);
	pair->worked = true;
	p->worked_count++;
	keep_half(p);
}

void
pairs_unreachable(struct pairs *p, const struct address *from,
    const struct endpoint *to, nstime now)
{
	struct pair *pair = use(p, from, &to->address);

	if (pair == NULL)
		return;
	pair->unreachable_at = now;
	pair->unreachable_port = to->port;
}

void
pairs_facts(const struct pairs *p, const struct address *from,
    const struct address *to, struct pairs_facts *facts)
{
	const struct key key = { .from = *from, .to = *to };
	const struct pair *pair =
	    (const struct pair *)table_find(p->table, hash_of(p, &key), &key);

	*facts = (struct pairs_facts){ .unreachable_at = INT64_MIN };
	if (pair == NULL)
		return;
	facts->packets = pair->packets;
	facts->last = pair->last;
	facts->unreachable_at = pair->unreachable_at;
	facts->unreachable_port = pair->unreachable_port;
	facts->worked = pair->worked;
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
	output(arg, COUNTER_LIMIT, "pairs.forgotten", p->forgotten);
	output(arg, COUNTER_LIMIT, "pairs.out_of_memory", p->out_of_memory);
}
