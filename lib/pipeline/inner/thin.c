/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/thin.h"

#include <stdlib.h>

#include "base/lru.h"

/* A judge estimates a clock from its last 32 readings, and counts three
 * answers, failures or exchanges: all of the first pass. */
enum { FIRST_CLOCKS = 40, FIRST = 8 };

#define MINUTE (60 * NSTIME_S)

/* Readings of one clock may differ by as much for the way they took. */
#define SAME_CLOCK (2 * NSTIME_S)

struct thin_key {
	uint8_t kind, detail;
	uint16_t port;
	struct address a, b;
};

struct thin_entry {
	struct lru_entry entry;
	struct thin_key key;
	unsigned count;
	nstime last;   /* passed */
	nstime offset; /* of a clock, then */
};

struct thin {
	struct lru *known;
	uint64_t left_out;
};

static bool
same_key(const struct table_entry *entry, const void *key)
{
	return memcmp(&((const struct thin_entry *)entry)->key, key,
		   sizeof(struct thin_key)) == 0;
}

struct thin *
thin_new(size_t known, const struct siphash_key *key)
{
	const struct lru_setup setup = {
		.limit = known,
		.octets = sizeof(struct thin_entry),
		.equal = same_key,
	};
	struct thin *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->known = lru_new(&setup, key);
	if (t->known != NULL)
		return t;
	free(t);
	return NULL;
}

void
thin_free(struct thin *t)
{
	if (t == NULL)
		return;
	lru_free(t->known);
	free(t);
}

static void
fill(struct thin_key *k, const struct address *a, const struct endpoint *b)
{
	k->a = *a;
	k->b = b->address;
	k->port = b->port;
}

/* False: each of its kind counts. */
static bool
key_of(const struct observation *o, struct thin_key *k)
{
	memset(k, 0, sizeof(*k));
	k->kind = (uint8_t)o->kind;
	switch (o->kind) {
	case OBSERVATION_CLOCK:
		k->a = o->stamp.peer;
		k->detail = (uint8_t)o->stamp.witness;
		return true;
	case OBSERVATION_WORKED:
		k->detail = (uint8_t)o->success.stage;
		fill(k, &o->success.client.address, &o->success.server);
		return true;
	case OBSERVATION_ANSWERED:
	case OBSERVATION_UNSEEN:
		fill(k, &o->leg.client.address, &o->leg.server);
		return true;
	case OBSERVATION_CERTIFICATE:
		k->detail = (uint8_t)o->certificate.depth;
		fill(k, &o->certificate.client.address, &o->certificate.server);
		return true;
	case OBSERVATION_ACTIVE:
	case OBSERVATION_ASKS_TIME:
	case OBSERVATION_SERVES_TIME:
	case OBSERVATION_KRB_SUCCESS:
	case OBSERVATION_DECRYPTED:
		fill(k, &o->a.address, &o->b);
		return true;
	default:
		return false;
	}
}

static bool
is_new(struct thin_entry *e, const struct observation *o)
{
	const bool clock = o->kind == OBSERVATION_CLOCK;
	const nstime offset = clock ? o->stamp.told - o->stamp.wall : 0;
	const nstime moved = offset - e->offset;
	const nstime each =
	    clock || o->kind == OBSERVATION_CERTIFICATE ? MINUTE : NSTIME_S;

	if (e->count >= (clock ? FIRST_CLOCKS : FIRST) &&
	    !nstime_passed(e->last, each, o->now) && moved <= SAME_CLOCK &&
	    moved >= -SAME_CLOCK)
		return false;
	/* Three readings make a step. */
	if (e->count > 0 && (moved > SAME_CLOCK || moved < -SAME_CLOCK))
		e->count = 0;
	e->count++;
	e->last = o->now;
	e->offset = offset;
	return true;
}

bool
thin_passes(struct thin *t, const struct observation *o)
{
	struct thin_key key;
	struct thin_entry *e;
	uint64_t hash;

	if (!key_of(o, &key))
		return true;
	hash = lru_hash(t->known, slice_of(&key, sizeof(key)));
	e = lru_find(t->known, hash, &key);
	if (e == NULL)
		e = lru_add(t->known, hash);
	if (e == NULL)
		return true;
	e->key = key;
	lru_use(t->known, e);
	if (is_new(e, o))
		return true;
	t->left_out++;
	return false;
}

void
thin_stats(const struct thin *t, counter_output *output, void *arg)
{
	output(arg, COUNTER_OTHER, "thin.left_out", t->left_out);
	output(arg, COUNTER_LIMIT, "thin.evicted", lru_evicted(t->known));
}
