/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/scanners.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/table.h"
#include "findings/due.h"

enum { DOORS = 10 /* where one client may fail before it is a scan */ };

struct client {
	struct table_entry entry;
	TAILQ_ENTRY(client) link;
	struct address address;
	nstime since; /* the first failure; of a scan: the last */
	bool scans;
	unsigned count;
	struct endpoint failed[DOORS];
};

struct scanners {
	size_t limit;
	struct table *table;
	TAILQ_HEAD(, client) by_use; /* longest unused first */
	uint64_t evicted;
};

static bool
client_equal(const struct table_entry *entry, const void *key)
{
	return endpoint_address_equal(
	    &((const struct client *)entry)->address, key);
}

struct scanners *
scanners_new(size_t clients, const struct siphash_key *key)
{
	struct scanners *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->limit = clients;
	TAILQ_INIT(&s->by_use);
	s->table = table_new(clients, key, client_equal);
	if (s->table != NULL)
		return s;
	free(s);
	return NULL;
}

static void
forget(struct scanners *s, struct client *client)
{
	TAILQ_REMOVE(&s->by_use, client, link);
	table_remove(s->table, &client->entry);
	free(client);
}

void
scanners_free(struct scanners *s)
{
	if (s == NULL)
		return;
	while (!TAILQ_EMPTY(&s->by_use))
		forget(s, TAILQ_FIRST(&s->by_use));
	table_free(s->table);
	free(s);
}

void
scanners_set(struct scanners *s, size_t clients)
{
	s->limit = clients;
	table_set(s->table, clients);
}

static struct client *
add(struct scanners *s, const struct address *address, uint64_t hash)
{
	struct client *client;

	while (table_count(s->table) >= s->limit && !TAILQ_EMPTY(&s->by_use)) {
		forget(s, TAILQ_FIRST(&s->by_use));
		s->evicted++;
	}
	client = calloc(1, sizeof(*client));
	if (client == NULL || !table_add(s->table, &client->entry, hash)) {
		free(client);
		return NULL;
	}
	client->address = *address;
	TAILQ_INSERT_TAIL(&s->by_use, client, link);
	return client;
}

/* The client, made if new; NULL when out of memory. */
static struct client *
client_of(struct scanners *s, const struct address *address)
{
	const uint64_t hash =
	    table_hash(s->table, slice_of(address, sizeof(*address)));
	struct client *client =
	    (struct client *)table_find(s->table, hash, address);

	if (client == NULL)
		return add(s, address, hash);
	TAILQ_REMOVE(&s->by_use, client, link);
	TAILQ_INSERT_TAIL(&s->by_use, client, link);
	return client;
}

bool
scanners_input(struct scanners *s, const struct address *address,
    const struct endpoint *server, nstime window, nstime now)
{
	struct client *client = client_of(s, address);
	unsigned i = 0;

	if (client == NULL)
		return false;
	if (client->count == 0 || due_by(client->since, window, now)) {
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
	return s->evicted;
}
