/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/lookout.h"

#include <stdlib.h>

#include "base/lru.h"
#include "base/tokenbucket.h"

enum { SERVERS = 1024, OFTEN = 20, BURST = 200 };

struct lookout_host {
	struct lru_entry entry;
	struct endpoint server;
	nstime until;
};

struct lookout {
	struct lru *servers;
	struct tokenbucket often;
	bool begun;
};

static bool
same_server(const struct table_entry *entry, const void *key)
{
	return endpoint_equal(
	    &((const struct lookout_host *)entry)->server, key);
}

struct lookout *
lookout_new(const struct siphash_key *key)
{
	const struct lru_setup setup = {
		.limit = SERVERS,
		.octets = sizeof(struct lookout_host),
		.equal = same_server,
	};
	struct lookout *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->servers = lru_new(&setup, key);
	if (l->servers != NULL)
		return l;
	free(l);
	return NULL;
}

void
lookout_free(struct lookout *l)
{
	if (l == NULL)
		return;
	lru_free(l->servers);
	free(l);
}

void
lookout_server(struct lookout *l, const struct endpoint *server, nstime until)
{
	const uint64_t hash = endpoint_hash(l->servers, server);
	struct lookout_host *known = lru_find(l->servers, hash, server);

	if (known == NULL)
		known = lru_add(l->servers, hash);
	if (known == NULL)
		return;
	known->server = *server;
	if (until > known->until)
		known->until = until;
	lru_use(l->servers, known);
}

bool
lookout_message(struct lookout *l, const struct event *e)
{
	const struct origin *o = &e->message.origin;
	const struct endpoint *server =
	    e->message.message->is_request ? &o->to : &o->from;
	const struct lookout_host *known;

	if (!l->begun)
		tokenbucket_init(&l->often, OFTEN, BURST, e->now);
	l->begun = true;
	if (lru_count(l->servers) == 0)
		return false;
	known = lru_find(l->servers, endpoint_hash(l->servers, server), server);
	return known != NULL && known->until > e->now &&
	    tokenbucket_take(&l->often, e->now);
}

void
lookout_stats(const struct lookout *l, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "lookout.evicted", lru_evicted(l->servers));
}
