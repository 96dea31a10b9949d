/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/seenservers.h"

#include <stdlib.h>

#include "base/lru.h"

enum { SAVED = 4096, WORD = 64, WORDS = SEENSERVERS_SENSORS / WORD };

struct seenservers_server {
	struct lru_entry entry;
	struct address address;
	uint64_t by[WORDS];
};

struct seenservers {
	struct lru *servers;
};

static bool
same_server(const struct table_entry *entry, const void *key)
{
	return endpoint_address_equal(
	    &((const struct seenservers_server *)entry)->address, key);
}

struct seenservers *
seenservers_new(size_t servers, const struct siphash_key *key)
{
	struct seenservers *s = calloc(1, sizeof(*s));
	const struct lru_setup setup = {
		.limit = servers,
		.octets = sizeof(struct seenservers_server),
		.equal = same_server,
	};

	if (s == NULL)
		return NULL;
	s->servers = lru_new(&setup, key);
	if (s->servers != NULL)
		return s;
	seenservers_free(s);
	return NULL;
}

void
seenservers_free(struct seenservers *s)
{
	if (s == NULL)
		return;
	lru_free(s->servers);
	free(s);
}

static uint64_t
hash_of(const struct seenservers *s, const struct address *server)
{
	return lru_hash(s->servers, slice_of(server, sizeof(*server)));
}

static struct seenservers_server *
get(struct seenservers *s, const struct address *address)
{
	const uint64_t hash = hash_of(s, address);
	struct seenservers_server *server = lru_find(s->servers, hash, address);

	if (server == NULL) {
		server = lru_add(s->servers, hash);
		if (server != NULL)
			server->address = *address;
	}
	return server;
}

void
seenservers_saw(
    struct seenservers *s, unsigned sensor, const struct address *address)
{
	struct seenservers_server *server = get(s, address);

	if (server == NULL)
		return;
	lru_use(s->servers, server);
	server->by[sensor / WORD] |= UINT64_C(1) << sensor % WORD;
}

bool
seenservers_has(
    const struct seenservers *s, unsigned sensor, const struct address *address)
{
	const struct seenservers_server *server =
	    lru_find(s->servers, hash_of(s, address), address);

	return server != NULL &&
	    (server->by[sensor / WORD] >> sensor % WORD & 1) != 0;
}

/* The oldest of the latest servers. */
static const struct seenservers_server *
first_saved(const struct seenservers *s)
{
	const struct seenservers_server *server = lru_newest(s->servers);
	const struct seenservers_server *older;

	for (size_t i = 1; i < SAVED && server != NULL; i++) {
		older = lru_older(server);
		if (older == NULL)
			break;
		server = older;
	}
	return server;
}

static unsigned
words(unsigned sensors)
{
	return (sensors + WORD - 1) / WORD;
}

void
seenservers_save(
    const struct seenservers *s, unsigned sensors, struct record *r)
{
	for (const struct seenservers_server *server = first_saved(s);
	     server != NULL; server = lru_newer(server)) {
		if (server->address.version == 0)
			continue;
		record_more(r, true);
		endpoint_address_save(r, &server->address);
		for (unsigned i = 0; i < words(sensors); i++)
			record_u64(r, server->by[i]);
	}
	record_more(r, false);
}

static void
load_server(struct seenservers *s, unsigned sensors, struct cursor *c)
{
	const struct address address = endpoint_address_load(c);
	uint64_t by[WORDS] = { 0 };
	struct seenservers_server *server;

	for (unsigned i = 0; i < words(sensors); i++)
		by[i] = cursor_le64(c);
	server = c->bad ? NULL : get(s, &address);
	if (server != NULL)
		memcpy(server->by, by, sizeof(by));
}

void
seenservers_load(struct seenservers *s, unsigned sensors, struct cursor *c)
{
	if (sensors > SEENSERVERS_SENSORS)
		c->bad = true;
	while (!c->bad && record_read_more(c))
		load_server(s, sensors, c);
}
