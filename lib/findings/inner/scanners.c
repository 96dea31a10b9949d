/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/scanners.h"

#include <stdlib.h>

#include "base/lru.h"
#include "base/nstime.h"

enum { DOORS = 10 /* where one client may fail before it is a scan */ };

struct scanners_client {
	struct lru_entry entry;
	struct address address;
	nstime since; /* the first failure; of a scan: the last */
	bool scans;
	unsigned count;
	struct endpoint failed[DOORS];
};

struct scanners {
	struct lru *clients;
};

static bool
client_equal(const struct table_entry *entry, const void *key)
{
	return endpoint_address_equal(
	    &((const struct scanners_client *)entry)->address, key);
}

struct scanners *
scanners_new(
    size_t clients, const struct siphash_key *key, struct budget_share *memory)
{
	const struct lru_setup setup = {
		.limit = clients,
		.octets = sizeof(struct scanners_client),
		.memory = memory,
		.equal = client_equal,
	};
	struct scanners *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->clients = lru_new(&setup, key);
	if (s->clients != NULL)
		return s;
	free(s);
	return NULL;
}

void
scanners_free(struct scanners *s)
{
	if (s == NULL)
		return;
	lru_free(s->clients);
	free(s);
}

void
scanners_set(struct scanners *s, size_t clients)
{
	lru_set(s->clients, clients);
}

/* The client, made if new; NULL when out of memory. */
static struct scanners_client *
client_of(struct scanners *s, const struct address *address)
{
	const uint64_t hash =
	    lru_hash(s->clients, slice_of(address, sizeof(*address)));
	struct scanners_client *client = lru_find(s->clients, hash, address);

	if (client != NULL) {
		lru_use(s->clients, client);
		return client;
	}
	client = lru_add(s->clients, hash);
	if (client != NULL)
		client->address = *address;
	return client;
}

bool
scanners_input(struct scanners *s, const struct address *address,
    const struct endpoint *server, nstime window, nstime now)
{
	struct scanners_client *client = client_of(s, address);
	unsigned i = 0;

	if (client == NULL)
		return false;
	if (client->count == 0 || nstime_passed(client->since, window, now)) {
		client->count = 0;
		client->scans = false;
		client->since = now;
	}
	while (i < client->count && !endpoint_equal(&client->failed[i], server))
		i++;
	if (client->count == DOORS && (client->scans || i == DOORS)) {
		client->scans = true;
		client->since = now;
		return true;
	}
	client->failed[i] = *server;
	if (i == client->count)
		client->count++;
	return false;
}

uint64_t
scanners_evicted(const struct scanners *s)
{
	return lru_evicted(s->clients);
}
