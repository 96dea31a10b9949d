/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/oneway.h"

#include <stdlib.h>

#include "base/lru.h"

/* Left for the rooms that are saved after this one. */
enum { SPARE = 1024, FEW_SAVED = 2048 };

struct oneway_pair {
	struct lru_entry entry;
	struct address a, b; /* requests go from a to b */
	unsigned unanswered; /* in a row, without one packet back */
	bool raised;
};

struct oneway {
	struct lru *pairs;
	unsigned needed;
};

struct pair_key {
	const struct address *a, *b;
};

static bool
pair_equal(const struct table_entry *entry, const void *key)
{
	const struct oneway_pair *p = (const struct oneway_pair *)entry;
	const struct pair_key *k = key;

	return endpoint_address_equal(&p->a, k->a) &&
	    endpoint_address_equal(&p->b, k->b);
}

struct oneway *
oneway_new(
    size_t pairs, const struct siphash_key *key, struct budget_share *memory)
{
	const struct lru_setup setup = {
		.limit = pairs,
		.octets = sizeof(struct oneway_pair),
		.memory = memory,
		.equal = pair_equal,
	};
	struct oneway *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->pairs = lru_new(&setup, key);
	if (o->pairs != NULL)
		return o;
	free(o);
	return NULL;
}

void
oneway_free(struct oneway *o)
{
	if (o == NULL)
		return;
	lru_free(o->pairs);
	free(o);
}

void
oneway_set(struct oneway *o, size_t pairs, unsigned needed)
{
	lru_set(o->pairs, pairs);
	o->needed = needed;
}

static struct oneway_pair *
add(struct oneway *o, const struct pair_key *key, uint64_t hash)
{
	struct oneway_pair *p = lru_add(o->pairs, hash);

	if (p == NULL)
		return NULL;
	p->a = *key->a;
	p->b = *key->b;
	return p;
}

static struct oneway_pair *
find(struct oneway *o, const struct address *a, const struct address *b,
    bool or_add)
{
	const struct pair_key key = { .a = a, .b = b };
	struct oneway_pair *p;
	uint64_t hash;

	if (!or_add && lru_count(o->pairs) == 0)
		return NULL;
	hash = lru_hash(o->pairs, slice_of(a, sizeof(*a))) * 31 +
	    lru_hash(o->pairs, slice_of(b, sizeof(*b)));
	p = lru_find(o->pairs, hash, &key);
	if (p != NULL)
		lru_use(o->pairs, p);
	return p != NULL || !or_add ? p : add(o, &key, hash);
}

bool
oneway_unanswered(struct oneway *o, const struct address *a,
    const struct address *b, unsigned *count)
{
	struct oneway_pair *p = find(o, a, b, true);

	if (p == NULL || ++p->unanswered < o->needed)
		return false;
	p->raised = true;
	*count = p->unanswered;
	return true;
}

bool
oneway_both(struct oneway *o, const struct address *a, const struct address *b,
    unsigned *count)
{
	struct oneway_pair *p = find(o, a, b, false);
	bool raised;

	if (p == NULL)
		return false;
	raised = p->raised;
	*count = p->unanswered;
	lru_forget(o->pairs, p);
	return raised;
}

static void
save_pair(const struct oneway_pair *p, struct record *r)
{
	record_more(r, true);
	endpoint_address_save(r, &p->a);
	endpoint_address_save(r, &p->b);
	record_u32(r, p->unanswered);
}

/* Those that are one-way first; older versions saved no others. */
void
oneway_save(const struct oneway *o, struct record *r)
{
	const struct oneway_pair *p;
	size_t few = 0;

	for (p = lru_oldest(o->pairs); p != NULL; p = lru_newer(p))
		if (p->raised && record_left(r) >= SPARE)
			save_pair(p, r);
	record_more(r, false);
	for (p = lru_newest(o->pairs); p != NULL && few < FEW_SAVED;
	     p = lru_older(p)) {
		if (p->raised || record_left(r) < SPARE)
			continue;
		save_pair(p, r);
		few++;
	}
	record_more(r, false);
}

static void
load_pair(struct oneway *o, struct cursor *c, bool raised)
{
	const struct address a = endpoint_address_load(c);
	const struct address b = endpoint_address_load(c);
	const unsigned unanswered = cursor_le32(c);
	struct oneway_pair *p = c->bad ? NULL : find(o, &a, &b, true);

	if (p == NULL)
		return;
	p->unanswered = unanswered;
	p->raised = raised;
	if (!raised)
		lru_age(o->pairs, p); /* saved the latest first */
}

bool
oneway_load(struct oneway *o, struct cursor *c)
{
	while (record_read_more(c))
		load_pair(o, c, true);
	/* States of an older version end here. */
	if (c->rest.len == 0)
		return !c->bad;
	while (record_read_more(c))
		load_pair(o, c, false);
	return !c->bad;
}

void
oneway_stats(const struct oneway *o, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "visibility.pairs_evicted",
	    lru_evicted(o->pairs));
}
