/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/acquaintance.h"

#include <stdlib.h>

#define EACH (3600 * NSTIME_S)

struct acquaintance_pair {
	struct lru_entry entry;
	struct endpoint ends[2]; /* the client without its port, the server */
	nstime until;
};

struct acquaintance {
	struct lru *pairs;
};

static bool
same_pair(const struct table_entry *entry, const void *key)
{
	const struct acquaintance_pair *pair = (const void *)entry;

	return memcmp(pair->ends, key, sizeof(pair->ends)) == 0;
}

struct acquaintance *
acquaintance_new(size_t pairs, const struct siphash_key *key)
{
	const struct lru_setup setup = {
		.limit = pairs,
		.octets = sizeof(struct acquaintance_pair),
		.equal = same_pair,
	};
	struct acquaintance *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->pairs = lru_new(&setup, key);
	if (a->pairs != NULL)
		return a;
	free(a);
	return NULL;
}

void
acquaintance_free(struct acquaintance *a)
{
	if (a == NULL)
		return;
	lru_free(a->pairs);
	free(a);
}

bool
acquaintance_is_new(struct acquaintance *a, const struct address *client,
    const struct endpoint *server, nstime now)
{
	struct acquaintance_pair *pair;
	struct endpoint ends[2];
	uint64_t hash;

	memset(ends, 0, sizeof(ends));
	ends[0].address = *client;
	ends[1].address = server->address;
	ends[1].port = server->port;
	hash = lru_hash(a->pairs, slice_of(ends, sizeof(ends)));
	pair = lru_find(a->pairs, hash, ends);
	if (pair == NULL) {
		pair = lru_add(a->pairs, hash);
		if (pair == NULL)
			return false;
		memcpy(pair->ends, ends, sizeof(ends));
		pair->until = INT64_MIN;
	}
	lru_use(a->pairs, pair);
	if (pair->until > now)
		return false;
	pair->until = nstime_after(now, EACH);
	return true;
}

void
acquaintance_stats(
    const struct acquaintance *a, counter_output *output, void *arg)
{
	output(
	    arg, COUNTER_LIMIT, "acquaintance.evicted", lru_evicted(a->pairs));
}
