/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/unread.h"

#include <stdlib.h>

#include "base/lru.h"

struct unread_server {
	struct lru_entry entry;
	struct endpoint server;
	enum decrypt_reason reason; /* the latest */
	unsigned count;             /* in a row */
};

struct unread {
	struct lru *servers;
};

static bool
server_equal(const struct table_entry *entry, const void *key)
{
	const struct unread_server *s = (const struct unread_server *)entry;

	return endpoint_equal(&s->server, key);
}

struct unread *
unread_new(
    size_t servers, const struct siphash_key *key, struct budget_share *memory)
{
	const struct lru_setup setup = {
		.limit = servers,
		.octets = sizeof(struct unread_server),
		.memory = memory,
		.equal = server_equal,
	};
	struct unread *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->servers = lru_new(&setup, key);
	if (u->servers != NULL)
		return u;
	free(u);
	return NULL;
}

void
unread_free(struct unread *u)
{
	if (u == NULL)
		return;
	lru_free(u->servers);
	free(u);
}

void
unread_set(struct unread *u, size_t servers)
{
	lru_set(u->servers, servers);
}

static struct unread_server *
find(struct unread *u, const struct endpoint *server, bool add)
{
	const struct slice address =
	    slice_of(&server->address, sizeof(server->address));
	const uint64_t hash = lru_hash(u->servers, address) + server->port;
	struct unread_server *s = lru_find(u->servers, hash, server);

	if (s == NULL && add) {
		s = lru_add(u->servers, hash);
		if (s != NULL)
			s->server = *server;
	} else if (s != NULL) {
		lru_use(u->servers, s);
	}
	return s;
}

/* Something that an operator can help: the others are over with the
 * connection, or with the session it resumed. */
static bool
can_be_helped(enum decrypt_reason reason)
{
	return reason == DECRYPT_EPHEMERAL || reason == DECRYPT_FOREIGN_KEY ||
	    reason == DECRYPT_NO_SECRET || reason == DECRYPT_WRONG_SECRET ||
	    reason == DECRYPT_CIPHER || reason == DECRYPT_VERSION;
}

static void
write_evidence(const struct unread_server *s, struct evidence *e)
{
	evidence_init(e);
	evidence_text(e, "class", "undecrypted");
	evidence_endpoint(e, "server", &s->server);
	evidence_text(e, "reason", decrypt_reason_name(s->reason));
}

bool
unread_refused(struct unread *u, const struct endpoint *server,
    enum decrypt_reason reason, struct evidence *e)
{
	struct unread_server *s =
	    can_be_helped(reason) ? find(u, server, true) : NULL;

	if (s == NULL)
		return false;
	s->reason = reason;
	if (++s->count < UNREAD_NEEDED && reason != DECRYPT_FOREIGN_KEY)
		return false;
	write_evidence(s, e);
	return true;
}

void
unread_opened(struct unread *u, const struct endpoint *server)
{
	struct unread_server *s = find(u, server, false);

	if (s != NULL)
		lru_forget(u->servers, s);
}

void
unread_stats(const struct unread *u, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "visibility.servers_evicted",
	    lru_evicted(u->servers));
}
