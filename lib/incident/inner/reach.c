/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/reach.h"

#include <stdlib.h>

struct reach_server {
	struct lru_entry entry; /* first */
	struct address address;
	size_t count;
	struct reach_client clients[REACH_CLIENTS];
};

enum { RECENT = 64 };

struct reach {
	struct lru *servers;
	/* By the end of the address, or NULL: most answers are of few. */
	struct reach_server *recent[RECENT];
};

static bool
same_server(const struct table_entry *entry, const void *key)
{
	const struct reach_server *s =
	    (const struct reach_server *)(const void *)entry;

	return endpoint_address_equal(&s->address, key);
}

static struct reach_server **
recent(struct reach *r, const struct address *address)
{
	return &r->recent[address->octets[address->version == 4 ? 3 : 15] %
	    RECENT];
}

static void
on_done(void *arg, void *object)
{
	struct reach_server *s = object;
	struct reach_server **place = recent(arg, &s->address);

	if (*place == s)
		*place = NULL;
}

struct reach *
reach_new(
    size_t servers, const struct siphash_key *key, struct budget_share *memory)
{
	struct reach *r = calloc(1, sizeof(*r));
	const struct lru_setup setup = {
		.limit = servers,
		.octets = sizeof(struct reach_server),
		.memory = memory,
		.equal = same_server,
		.done = on_done,
		.arg = r,
	};

	if (r == NULL)
		return NULL;
	r->servers = lru_new(&setup, key);
	if (r->servers != NULL)
		return r;
	free(r);
	return NULL;
}

void
reach_free(struct reach *r)
{
	if (r == NULL)
		return;
	lru_free(r->servers);
	free(r);
}

void
reach_set(struct reach *r, size_t servers)
{
	lru_set(r->servers, servers);
}

static uint64_t
hash_of(const struct reach *r, const struct address *server)
{
	return lru_hash(r->servers, slice_of(server, sizeof(*server)));
}

static struct reach_server *
find_or_add(struct reach *r, const struct address *address)
{
	const uint64_t hash = hash_of(r, address);
	struct reach_server *s = lru_find(r->servers, hash, address);

	if (s == NULL)
		s = lru_add(r->servers, hash);
	if (s != NULL)
		s->address = *address;
	return s;
}

static struct reach_server *
server_of(struct reach *r, const struct address *address)
{
	struct reach_server **place = recent(r, address);

	if (*place == NULL ||
	    !endpoint_address_equal(&(*place)->address, address))
		*place = find_or_add(r, address);
	if (*place != NULL)
		lru_use(r->servers, *place);
	return *place;
}

/* Moves the client to the front; the one unheard for longest drops out. */
void
reach_add(struct reach *r, const struct address *client,
    const struct address *server, nstime now)
{
	struct reach_server *s = server_of(r, server);
	size_t at = 0;

	if (s == NULL)
		return;
	while (at < s->count &&
	    !endpoint_address_equal(&s->clients[at].address, client))
		at++;
	if (at == s->count && s->count < REACH_CLIENTS)
		s->count++;
	if (at == REACH_CLIENTS)
		at--;
	if (at > 0)
		memmove(s->clients + 1, s->clients, at * sizeof(s->clients[0]));
	s->clients[0] = (struct reach_client){ *client, now };
}

size_t
reach_clients(const struct reach *r, const struct address *server,
    const struct reach_client **clients)
{
	const struct reach_server *s =
	    lru_find(r->servers, hash_of(r, server), server);

	*clients = s == NULL ? NULL : s->clients;
	return s == NULL ? 0 : s->count;
}

void
reach_stats(const struct reach *r, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "reach.evicted", lru_evicted(r->servers));
	output(arg, COUNTER_LIMIT, "reach.no_memory", lru_failed(r->servers));
}
