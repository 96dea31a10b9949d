/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/acquaintance.h"

#include <stdlib.h>

struct acquaintance_pair {
	struct lru_entry entry;
	struct endpoint ends[2]; /* the client without its port, the server */
	nstime until;
};

struct acquaintance {
	nstime each;
	struct lru *pairs;
};

static bool
same_pair(const struct table_entry *entry, const void *key)
{
	const struct acquaintance_pair *pair = (const void *)entry;

	return memcmp(pair->ends, key, sizeof(pair->ends)) == 0;
}

struct acquaintance *
acquaintance_new(size_t pairs, nstime each, const struct siphash_key *key)
{
	const struct lru_setup setup = {
		.limit = pairs,
		.octets = sizeof(struct acquaintance_pair),
		.equal = same_pair,
	};
	struct acquaintance *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->each = each;
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

/* Found or made; NULL when out of memory. */
static struct acquaintance_pair *
meet(struct acquaintance *a, const struct address *client,
    const struct endpoint *server)
{
	struct acquaintance_pair *pair;
	struct endpoint ends[2];
	uint64_t hash;

	memset(ends, 0, sizeof(ends));
	if (client != NULL)
		ends[0].address = *client;
	ends[1].address = server->address;
	ends[1].port = server->port;
	hash = lru_hash(a->pairs, slice_of(ends, sizeof(ends)));
	pair = lru_find(a->pairs, hash, ends);
	if (pair == NULL) {
		pair = lru_add(a->pairs, hash);
		if (pair == NULL)
			return NULL;
		memcpy(pair->ends, ends, sizeof(ends));
		pair->until = INT64_MIN;
	}
	lru_use(a->pairs, pair);
	return pair;
}

bool
acquaintance_is_new(struct acquaintance *a, const struct address *client,
    const struct endpoint *server, nstime now)
{
	struct acquaintance_pair *pair = meet(a, client, server);

	if (pair == NULL || pair->until > now)
		return false;
	pair->until = nstime_after(now, a->each);
	return true;
}

/* What came without an address is no state of ours. */
void
acquaintance_save(const struct acquaintance *a, struct record *r)
{
	for (const struct acquaintance_pair *pair = lru_oldest(a->pairs);
	     pair != NULL; pair = lru_newer(pair)) {
		if (pair->ends[0].address.version == 0 ||
		    pair->ends[1].address.version == 0)
			continue;
		record_more(r, true);
		endpoint_address_save(r, &pair->ends[0].address);
		endpoint_save(r, &pair->ends[1]);
		record_time(r, pair->until);
	}
	record_more(r, false);
}

void
acquaintance_load(struct acquaintance *a, struct cursor *c)
{
	while (record_read_more(c)) {
		const struct address client = endpoint_address_load(c);
		const struct endpoint server = endpoint_load(c);
		const nstime until = (nstime)cursor_le64(c);
		struct acquaintance_pair *pair =
		    c->bad ? NULL : meet(a, &client, &server);

		if (pair != NULL)
			pair->until = until;
	}
}

void
acquaintance_stats(
    const struct acquaintance *a, counter_output *output, void *arg)
{
	output(
	    arg, COUNTER_LIMIT, "acquaintance.evicted", lru_evicted(a->pairs));
}
