/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/fanout.h"

#include <stdlib.h>

#include "base/lru.h"
#include "base/nstime.h"

enum {
	KEY = 96, /* octets of a finding's key; longer ones are not folded */
	ADDRESS = 48,            /* octets of an address as it is written */
	LISTED = EVIDENCE_JOINED /* octets of the servers listed */
};

/* A key of transaction-timeout: a server endpoint and a method. */
struct fanout_server {
	struct lru_entry entry;
	char key[KEY];
	size_t key_len;
	char client[ADDRESS]; /* that failed; "": several did */
	nstime last;
};

struct fanout_client {
	struct lru_entry entry;
	char address[ADDRESS];
	bool folded;
	nstime last, began; /* began: the stamp of the first packet */
	unsigned failing;   /* of the servers counted below */
	uint64_t servers;   /* how many, since it was folded */
	unsigned held;      /* before that */
	struct fanout_recent {
		char key[KEY];
		size_t key_len;
		nstime now, began;
	} recent[FANOUT_SERVERS];
	char list[LISTED];
};

struct fanout {
	struct fanout_limits limits;
	finding_output *output;
	void *arg;
	struct lru *servers, *clients;
	struct evidence evidence;
};

static bool
server_equal(const struct table_entry *entry, const void *key)
{
	const struct fanout_server *s = (const struct fanout_server *)entry;

	return slice_equal(
	    slice_of(s->key, s->key_len), *(const struct slice *)key);
}

static bool
client_equal(const struct table_entry *entry, const void *key)
{
	return slice_is(*(const struct slice *)key,
	    ((const struct fanout_client *)entry)->address);
}

struct fanout *
fanout_new(
    const struct fanout_limits *limits, finding_output *output, void *arg)
{
	const struct lru_setup servers = {
		.limit = limits->clients,
		.octets = sizeof(struct fanout_server),
		.memory = limits->memory,
		.equal = server_equal,
	};
	const struct lru_setup clients = {
		.limit = limits->clients,
		.octets = sizeof(struct fanout_client),
		.memory = limits->memory,
		.equal = client_equal,
	};
	struct fanout *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->output = output;
	f->arg = arg;
	f->servers = lru_new(&servers, &limits->key);
	f->clients = lru_new(&clients, &limits->key);
	if (f->servers == NULL || f->clients == NULL) {
		fanout_free(f);
		return NULL;
	}
	fanout_set(f, limits);
	return f;
}

void
fanout_free(struct fanout *f)
{
	if (f == NULL)
		return;
	lru_free(f->servers);
	lru_free(f->clients);
	free(f);
}

void
fanout_set(struct fanout *f, const struct fanout_limits *limits)
{
	f->limits = *limits;
	if (f->limits.servers > FANOUT_SERVERS)
		f->limits.servers = FANOUT_SERVERS;
	if (f->limits.servers == 0)
		f->limits.servers = 1;
	lru_set(f->servers, limits->clients);
	lru_set(f->clients, limits->clients);
}

/* Without its port. */
static struct slice
address_of(const struct evidence *e)
{
	const struct slice uac = evidence_get(e, "uac");
	size_t end = uac.len;

	while (end > 0 && uac.p[end - 1] != ':')
		end--;
	return slice_first(uac, end == 0 ? 0 : end - 1);
}

static void *
find_or_add(struct lru *lru, struct slice key, bool *added)
{
	const uint64_t hash = lru_hash(lru, key);
	void *found = lru_find(lru, hash, &key);

	*added = found == NULL;
	if (found == NULL)
		return lru_add(lru, hash);
	lru_use(lru, found);
	return found;
}

static void *
find(struct lru *lru, struct slice key)
{
	return lru_find(lru, lru_hash(lru, key), &key);
}

/* It is the server's trouble, no longer the client's. */
static void
drop(struct fanout_client *c, struct slice key)
{
	unsigned kept = 0;

	for (unsigned i = 0; c != NULL && i < c->held; i++)
		if (!slice_equal(
			key, slice_of(c->recent[i].key, c->recent[i].key_len)))
			c->recent[kept++] = c->recent[i];
	if (c != NULL)
		c->held = kept;
}

/* NULL: several clients failed there, or memory ran out.  *added: none had, or
 * not for long. */
static struct fanout_server *
server_of(struct fanout *f, struct slice key, struct slice client, nstime now,
    bool *added)
{
	struct fanout_server *s = find_or_add(f->servers, key, added);
	struct textbuf t;

	if (s == NULL)
		return NULL;
	*added = *added || nstime_passed(s->last, f->limits.quiet, now);
	s->last = now;
	if (*added) {
		memcpy(s->key, key.p, key.len);
		s->key_len = key.len;
		textbuf_init(&t, s->client, sizeof(s->client));
		textbuf_add_slice(&t, client);
	} else if (!slice_is(client, s->client)) {
		drop(find(f->clients, slice_text(s->client)), key);
		s->client[0] = '\0';
	}
	return s->client[0] == '\0' ? NULL : s;
}

static struct fanout_client *
client_of(struct fanout *f, struct slice address, nstime now)
{
	bool added;
	struct fanout_client *c = find_or_add(f->clients, address, &added);
	struct textbuf t;

	if (c == NULL)
		return NULL;
	if (added) {
		textbuf_init(&t, c->address, sizeof(c->address));
		textbuf_add_slice(&t, address);
	} else if (c->folded && nstime_passed(c->last, f->limits.quiet, now)) {
		c->folded = false;
		c->held = c->failing = 0;
	}
	c->last = now;
	return c;
}

/* The key and subject of a client's own finding. */
static struct slice
client_key(const struct fanout_client *c, struct textbuf *t)
{
	textbuf_add(t, "client ");
	textbuf_add(t, c->address);
	return textbuf_slice(t);
}

static void
tell(struct fanout *f, const struct fanout_client *c, struct finding finding)
{
	char store[ADDRESS + 8];
	struct textbuf key;

	textbuf_init(&key, store, sizeof(store));
	finding.key = client_key(c, &key);
	finding.subject = slice_text(c->address);
	f->output(f->arg, &finding);
}

static void
tell_trouble(
    struct fanout *f, const struct fanout_client *c, const struct finding *last)
{
	struct finding trouble = *last;

	evidence_copy(&f->evidence, last->evidence);
	evidence_integer(&f->evidence, "servers", (int64_t)c->servers);
	evidence_list(&f->evidence, "server_list", c->list);
	trouble.evidence = &f->evidence;
	trouble.began = c->began;
	tell(f, c, trouble);
}

/* Servers are listed as far as there is room; a key is one and a method. */
static void
list(struct fanout_client *c, struct slice key)
{
	const struct slice server = slice_first(key, slice_index(key, ' '));
	const size_t used = strlen(c->list);
	struct textbuf t;

	c->servers++;
	c->failing++;
	if (used + server.len + 2 > sizeof(c->list))
		return;
	textbuf_init(&t, c->list + used, sizeof(c->list) - used);
	textbuf_add(&t, used > 0 ? "," : "");
	textbuf_add_slice(&t, server);
}

/* Replace the findings about the servers by one about the client. */
static void
fold(struct fanout *f, struct fanout_client *c, const struct finding *last)
{
	char store[ADDRESS + 8];
	struct textbuf t;
	struct slice successor;

	c->folded = true;
	c->servers = c->failing = 0;
	c->list[0] = '\0';
	c->began = last->began;
	for (unsigned i = 0; i < c->held; i++) {
		list(c, slice_of(c->recent[i].key, c->recent[i].key_len));
		if (c->recent[i].began < c->began)
			c->began = c->recent[i].began;
	}
	tell_trouble(f, c, last);
	textbuf_init(&t, store, sizeof(store));
	successor = client_key(c, &t);
	for (unsigned i = 0; i + 1 < c->held; i++) {
		const struct slice key =
		    slice_of(c->recent[i].key, c->recent[i].key_len);

		f->output(f->arg,
		    &(struct finding){
			.kind = last->kind,
			.change = FINDING_SUPERSEDED,
			.key = key,
			.subject = slice_first(key, slice_index(key, ' ')),
			.now = last->now,
			.wall = last->wall,
			.successor = last->kind,
			.successor_key = successor,
		    });
	}
	c->held = 0;
}

static void
forget_old(struct fanout_client *c, nstime window, nstime now)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < c->held; i++)
		if (!nstime_passed(c->recent[i].now, window, now))
			c->recent[kept++] = c->recent[i];
	c->held = kept;
}

/* The address in a key, "10.0.0.21:5062 SERVICE" or "[2001:db8::1]:5062 ..". */
static struct slice
host_of(struct slice key)
{
	const struct slice endpoint = slice_first(key, slice_index(key, ' '));
	size_t colon = endpoint.len;

	while (colon > 0 && endpoint.p[colon - 1] != ':')
		colon--;
	return slice_first(endpoint, colon);
}

/* Remember a server at which it failed, one of each host: a host with many
 * ports that does not answer is that host's trouble.  True: now there are
 * enough. */
static bool
hold(struct fanout *f, struct fanout_client *c, const struct finding *finding)
{
	struct fanout_recent *r;

	forget_old(c, f->limits.window, finding->now);
	for (unsigned i = 0; i < c->held; i++)
		if (slice_equal(host_of(finding->key),
			host_of(
			    slice_of(c->recent[i].key, c->recent[i].key_len))))
			return false;
	r = &c->recent[c->held++];
	memcpy(r->key, finding->key.p, finding->key.len);
	r->key_len = finding->key.len;
	r->now = finding->now;
	r->began = finding->began;
	return c->held == f->limits.servers;
}

/* True: it was reported as the client's. */
static bool
trouble(struct fanout *f, const struct finding *finding)
{
	const struct slice address = address_of(finding->evidence);
	struct fanout_client *c;
	bool added;

	if (address.len == 0 || address.len >= ADDRESS ||
	    finding->key.len >= KEY ||
	    server_of(f, finding->key, address, finding->now, &added) == NULL)
		return false;
	c = client_of(f, address, finding->now);
	if (c == NULL)
		return false;
	if (c->folded) {
		if (added)
			list(c, finding->key);
		tell_trouble(f, c, finding);
		return true;
	}
	if (!hold(f, c, finding))
		return false;
	fold(f, c, finding);
	return true;
}

/* A server answers again, or did after all.  True: it was the client's. */
static bool
better(struct fanout *f, const struct finding *finding)
{
	const struct fanout_server *s = find(f->servers, finding->key);
	struct fanout_client *c = s == NULL || s->client[0] == '\0'
	    ? NULL
	    : find(f->clients, slice_text(s->client));

	if (c == NULL || !c->folded)
		return false;
	if (c->failing > 0)
		c->failing--;
	if (finding->change == FINDING_WITHDRAWN || c->failing == 0)
		tell(f, c, *finding);
	c->folded = c->failing > 0;
	lru_forget(f->servers, (void *)(uintptr_t)s);
	return true;
}

void
fanout_input(struct fanout *f, const struct finding *finding)
{
	bool done = false;

	if (finding->kind == FINDING_TRANSACTION_TIMEOUT) {
		if (finding->change == FINDING_TROUBLE)
			done = trouble(f, finding);
		else if (finding->change == FINDING_HEALTHY ||
		    finding->change == FINDING_WITHDRAWN)
			done = better(f, finding);
	}
	if (!done)
		f->output(f->arg, finding);
}

void
fanout_stats(const struct fanout *f, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "fanout.evicted",
	    lru_evicted(f->servers) + lru_evicted(f->clients));
	output(arg, COUNTER_LIMIT, "fanout.no_memory",
	    lru_failed(f->servers) + lru_failed(f->clients));
}
