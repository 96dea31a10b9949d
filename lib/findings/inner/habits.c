/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/habits.h"

#include <stdlib.h>

#include "base/lru.h"
#include "findings/inner/tally.h"

struct habits_key {
	struct address client, server;
	char method[TALLY_NAME];
};

struct habits_entry {
	struct lru_entry entry;
	struct habits_key key;
	nstime span;
};

struct habits {
	struct lru *known;
};

static bool
equal(const struct table_entry *entry, const void *key)
{
	const struct habits_key *a = &((const struct habits_entry *)entry)->key;
	const struct habits_key *b = key;

	return endpoint_address_equal(&a->client, &b->client) &&
	    endpoint_address_equal(&a->server, &b->server) &&
	    strcmp(a->method, b->method) == 0;
}

struct habits *
habits_new(
    size_t limit, const struct siphash_key *key, struct budget_share *memory)
{
	const struct lru_setup setup = {
		.limit = limit,
		.octets = sizeof(struct habits_entry),
		.memory = memory,
		.equal = equal,
	};
	struct habits *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->known = lru_new(&setup, key);
	if (s->known != NULL)
		return s;
	free(s);
	return NULL;
}

void
habits_free(struct habits *s)
{
	if (s == NULL)
		return;
	lru_free(s->known);
	free(s);
}

void
habits_set(struct habits *s, size_t limit)
{
	lru_set(s->known, limit);
}

/* Padding is zero, since the key is hashed as it is. */
static uint64_t
key_of(const struct habits *s, const struct outcome *o, struct habits_key *key)
{
	memset(key, 0, sizeof(*key));
	key->client = o->uac.address;
	key->server = o->uas.address;
	tally_name(key->method, o->method);
	return lru_hash(s->known, slice_of(key, sizeof(*key)));
}

void
habits_note(struct habits *s, const struct outcome *o)
{
	const nstime span = o->request.last_copy - o->request.sent;
	struct habits_key key;
	struct habits_entry *sender;
	uint64_t hash;

	if (o->transport != TRANSPORT_UDP || o->request.copies < 2)
		return;
	hash = key_of(s, o, &key);
	sender = lru_find(s->known, hash, &key);
	if (sender == NULL) {
		sender = lru_add(s->known, hash);
		if (sender == NULL)
			return;
		sender->key = key;
	}
	lru_use(s->known, sender);
	if (span > sender->span)
		sender->span = span;
}

nstime
habits_span(const struct habits *s, const struct outcome *o)
{
	const struct habits_entry *sender;
	struct habits_key key;

	if (lru_count(s->known) == 0)
		return 0;
	sender = lru_find(s->known, key_of(s, o, &key), &key);
	return sender == NULL ? 0 : sender->span;
}

uint64_t
habits_evicted(const struct habits *s)
{
	return lru_evicted(s->known);
}
