/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/scanners.h"

#include <stdlib.h>

#include "base/lru.h"
#include "base/nstime.h"

enum {
	DOORS = 10, /* where one client may fail before it is a scan */
	SPARE = 1024,
	SAVED = 1024
};

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

static void
save_client(const struct scanners_client *client, struct record *r)
{
	record_more(r, true);
	endpoint_address_save(r, &client->address);
	record_time(r, client->since);
	record_flag(r, client->scans);
	record_u8(r, (uint8_t)client->count);
	for (unsigned i = 0; i < client->count; i++)
		endpoint_save(r, &client->failed[i]);
}

void
scanners_save(const struct scanners *s, struct record *r)
{
	const struct scanners_client *client = lru_newest(s->clients);

	for (size_t saved = 0;
	     client != NULL && saved < SAVED && record_left(r) >= SPARE;
	     saved++, client = lru_older(client))
		save_client(client, r);
	record_more(r, false);
}

/* They were saved the latest first. */
static void
load_client(struct scanners *s, struct cursor *c, nstime shift)
{
	const struct address address = endpoint_address_load(c);
	struct scanners_client loaded = { .count = 0 };
	struct scanners_client *client;

	loaded.since = record_read_now(c, shift);
	loaded.scans = record_read_flag(c);
	loaded.count = (unsigned)record_read_below(c, 1, DOORS + 1);
	for (unsigned i = 0; i < loaded.count; i++)
		loaded.failed[i] = endpoint_load(c);
	client = c->bad ? NULL : client_of(s, &address);
	if (client == NULL)
		return;
	client->since = loaded.since;
	client->scans = loaded.scans;
	client->count = loaded.count;
	memcpy(client->failed, loaded.failed, sizeof(client->failed));
	lru_age(s->clients, client);
}

void
scanners_load(struct scanners *s, struct cursor *c, nstime shift)
{
	while (record_read_more(c))
		load_client(s, c, shift);
}

uint64_t
scanners_evicted(const struct scanners *s)
{
	return lru_evicted(s->clients);
}
