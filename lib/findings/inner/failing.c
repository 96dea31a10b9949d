/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/failing.h"

#include <stdlib.h>

#include "base/lru.h"
#include "base/timerq.h"
#include "findings/inner/clients.h"

/* Octets that must be left in a record before a server is written. */
enum { SPARE = 4096 };

struct failing_server {
	struct lru_entry entry;
	struct timerq_entry timer;
	struct endpoint endpoint;
	char method[TALLY_NAME];
	nstime last_timeout;
	bool client_answered; /* since then: one that had failed */
	struct clients failed;
};

struct failing {
	size_t limit;
	struct lru *servers; /* the longest without trouble goes */
	struct timerq *healing;
};

struct server_key {
	const struct endpoint *endpoint;
	const char *method;
};

static bool
server_equal(const struct table_entry *entry, const void *key)
{
	const struct failing_server *s = (const struct failing_server *)entry;
	const struct server_key *k = key;

	return endpoint_equal(&s->endpoint, k->endpoint) &&
	    strcmp(s->method, k->method) == 0;
}

static void
on_forget(void *arg, void *server)
{
	const struct failing *f = arg;

	timerq_cancel(f->healing, &((struct failing_server *)server)->timer);
}

struct failing *
failing_new(
    size_t servers, const struct siphash_key *key, struct budget_share *memory)
{
	struct failing *f = calloc(1, sizeof(*f));
	const struct lru_setup setup = {
		.limit = servers,
		.octets = sizeof(struct failing_server),
		.memory = memory,
		.equal = server_equal,
		.done = on_forget,
		.arg = f,
	};

	if (f == NULL)
		return NULL;
	f->limit = servers;
	f->servers = lru_new(&setup, key);
	f->healing = timerq_new();
	if (f->servers != NULL && f->healing != NULL)
		return f;
	failing_free(f);
	return NULL;
}

void
failing_free(struct failing *f)
{
	if (f == NULL)
		return;
	lru_free(f->servers);
	timerq_free(f->healing);
	free(f);
}

void
failing_set(struct failing *f, size_t servers)
{
	f->limit = servers;
	lru_set(f->servers, servers);
}

static struct failing_server *
find(const struct failing *f, const struct endpoint *endpoint,
    const char *method)
{
	const struct server_key key = { .endpoint = endpoint,
		.method = method };

	return lru_find(f->servers, endpoint_hash(f->servers, endpoint), &key);
}

static struct failing_server *
add(struct failing *f, const struct endpoint *endpoint, const char *method)
{
	struct failing_server *s =
	    lru_add(f->servers, endpoint_hash(f->servers, endpoint));

	if (s == NULL)
		return NULL;
	s->endpoint = *endpoint;
	memcpy(s->method, method, TALLY_NAME);
	return s;
}

void
failing_timed_out(
    struct failing *f, const struct outcome *o, const char method[TALLY_NAME])
{
	struct failing_server *s = find(f, &o->uas, method);

	if (s == NULL)
		s = add(f, &o->uas, method);
	if (s == NULL)
		return;
	lru_use(f->servers, s);
	clients_add(&s->failed, &o->uac.address);
	s->last_timeout = o->now;
	s->client_answered = false;
	timerq_cancel(f->healing, &s->timer);
}

void
failing_answered(
    struct failing *f, const struct outcome *o, nstime resolve_after)
{
	char method[TALLY_NAME];
	struct failing_server *s;

	if (lru_count(f->servers) == 0)
		return;
	tally_name(method, o->method);
	s = find(f, &o->uas, method);
	if (s == NULL || s->client_answered ||
	    o->request.sent < s->last_timeout ||
	    !clients_has(&s->failed, &o->uac.address))
		return;
	s->client_answered =
	    timerq_set(f->healing, &s->timer, s->last_timeout + resolve_after);
}

bool
failing_heal(struct failing *f, nstime now, struct failing_healed *healed)
{
	struct timerq_entry *due = timerq_due(f->healing, now);
	struct failing_server *s;

	if (due == NULL)
		return false;
	s = (void *)((char *)due - offsetof(struct failing_server, timer));
	healed->server = s->endpoint;
	memcpy(healed->method, s->method, TALLY_NAME);
	lru_forget(f->servers, s);
	return true;
}

nstime
failing_next_deadline(const struct failing *f)
{
	return timerq_next_deadline(f->healing);
}

uint64_t
failing_evicted(const struct failing *f)
{
	return lru_evicted(f->servers);
}

static void
save_server(struct record *r, const struct failing_server *s)
{
	record_more(r, true);
	endpoint_save(r, &s->endpoint);
	record_text(r, slice_text(s->method));
	record_time(r, s->last_timeout);
	record_flag(r, s->client_answered);
	clients_save(r, &s->failed);
}

void
failing_save(const struct failing *f, struct record *r)
{
	const struct failing_server *s;

	for (s = lru_newest(f->servers); s != NULL && record_left(r) >= SPARE;
	     s = lru_older(s))
		save_server(r, s);
	record_more(r, false);
}

static void
load_server(
    struct failing *f, struct cursor *c, nstime shift, nstime resolve_after)
{
	const struct endpoint endpoint = endpoint_load(c);
	const struct slice name = record_read_line(c, TALLY_NAME - 1);
	const nstime last = record_read_now(c, shift);
	const bool answered = record_read_flag(c);
	struct clients failed = { .any = false };
	char method[TALLY_NAME] = "";
	struct failing_server *s = NULL;

	clients_load(&failed, c);
	memcpy(method, name.len == 0 ? "" : (const char *)name.p, name.len);
	if (!c->bad && find(f, &endpoint, method) == NULL &&
	    lru_count(f->servers) < f->limit)
		s = add(f, &endpoint, method);
	if (s == NULL)
		return;
	lru_age(f->servers, s); /* saved the latest first */
	s->last_timeout = last;
	s->failed = failed;
	s->client_answered =
	    answered && timerq_set(f->healing, &s->timer, last + resolve_after);
}

void
failing_load(
    struct failing *f, struct cursor *c, nstime shift, nstime resolve_after)
{
	while (record_read_more(c))
		load_server(f, c, shift, resolve_after);
}
