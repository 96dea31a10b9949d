/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/mrasfailure.h"

#include <stdlib.h>

#include "base/nstime.h"
#include "findings/inner/clients.h"
#include "findings/inner/relays.h"

/* A server has few reasons at a time; of a phrase so many octets count. */
enum { REASONS = 4, PHRASE = 48, SPARE = 4096 };

struct mrasfailure_server {
	struct lru_entry entry; /* first */
	struct endpoint endpoint;
	struct clients refused;
	size_t count;
	char reasons[REASONS][PHRASE + 1]; /* open ones, the latest last */
};

struct mrasfailure {
	finding_output *output;
	void *arg;
	struct lru *servers;
	struct relays relays; /* of failures, whatever their status */
	uint64_t relayed;
};

static bool
same_server(const struct table_entry *entry, const void *key)
{
	const struct mrasfailure_server *s =
	    (const struct mrasfailure_server *)(const void *)entry;

	return endpoint_equal(&s->endpoint, key);
}

struct mrasfailure *
mrasfailure_new(
    const struct mrasfailure_limits *limits, finding_output *output, void *arg)
{
	const struct lru_setup setup = {
		.limit = limits->servers,
		.octets = sizeof(struct mrasfailure_server),
		.memory = limits->memory,
		.equal = same_server,
	};
	struct mrasfailure *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->output = output;
	m->arg = arg;
	m->servers = lru_new(&setup, &limits->key);
	if (m->servers != NULL)
		return m;
	free(m);
	return NULL;
}

void
mrasfailure_free(struct mrasfailure *m)
{
	if (m == NULL)
		return;
	lru_free(m->servers);
	free(m);
}

void
mrasfailure_set(struct mrasfailure *m, const struct mrasfailure_limits *limits)
{
	lru_set(m->servers, limits->servers);
}

static void
tell(struct mrasfailure *m, const struct mrasfailure_answer *a,
    const char *reason, const struct evidence *evidence)
{
	char store[160];
	struct textbuf key;
	size_t subject;

	textbuf_init(&key, store, sizeof(store));
	endpoint_write(&key, &a->server);
	subject = key.len;
	textbuf_add(&key, " ");
	textbuf_add(&key, reason);
	m->output(m->arg,
	    &(struct finding){
		.kind = FINDING_MRAS_FAILURE,
		.change = evidence == NULL ? FINDING_HEALTHY : FINDING_TROUBLE,
		.severity = finding_severity_of(FINDING_MRAS_FAILURE, NULL),
		.key = textbuf_slice(&key),
		.subject = slice_first(textbuf_slice(&key), subject),
		.evidence = evidence,
		.now = a->now,
		.wall = a->wall,
	    });
}

/* "503 Service Unavailable": the text that identifies a reason. */
static void
write_reason(char reason[PHRASE + 1], const struct mrasfailure_answer *a)
{
	struct textbuf t;

	textbuf_init(&t, reason, PHRASE + 1);
	textbuf_uint(&t, a->status);
	textbuf_add(&t, " ");
	textbuf_wire(&t, a->phrase);
}

static struct mrasfailure_server *
find(const struct mrasfailure *m, const struct endpoint *server)
{
	return lru_find(m->servers, endpoint_hash(m->servers, server), server);
}

/* All reasons of a server are over when a client that it refused gets
 * credentials; others may have got theirs all the time. */
static void
heal(struct mrasfailure *m, const struct mrasfailure_answer *a)
{
	struct mrasfailure_server *s = find(m, &a->server);

	if (s == NULL || !clients_has(&s->refused, &a->client.address))
		return;
	for (size_t i = 0; i < s->count; i++)
		tell(m, a, s->reasons[i], NULL);
	lru_forget(m->servers, s);
}

/* NULL: out of memory. */
static struct mrasfailure_server *
find_or_add(struct mrasfailure *m, const struct endpoint *server)
{
	struct mrasfailure_server *s = find(m, server);

	if (s == NULL) {
		s = lru_add(m->servers, endpoint_hash(m->servers, server));
		if (s == NULL)
			return NULL;
		s->endpoint = *server;
	}
	lru_use(m->servers, s);
	return s;
}

static void
remember(struct mrasfailure_server *s, const char reason[PHRASE + 1])
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->reasons[i], reason) == 0)
			return;
	if (s->count == REASONS) {
		memmove(s->reasons[0], s->reasons[1],
		    (REASONS - 1) * sizeof(s->reasons[0]));
		s->count--;
	}
	memcpy(s->reasons[s->count++], reason, PHRASE + 1);
}

static bool
is_relayed(struct mrasfailure *m, const struct mrasfailure_answer *a)
{
	return relays_add(&m->relays,
	    &(struct relays_refusal){
		.call = lru_hash(m->servers, a->call_id) | 1,
		.from = a->server.address,
		.to = a->client.address,
		.now = a->now,
	    });
}

static bool
is_final(const struct mrasfailure_answer *a)
{
	return a->status >= 200 && a->status != 401 && a->status != 407;
}

void
mrasfailure_recall(struct mrasfailure *m, const struct mrasfailure_answer *a)
{
	if (is_final(a) && !a->granted)
		is_relayed(m, a);
}

void
mrasfailure_input(struct mrasfailure *m, const struct mrasfailure_answer *a)
{
	char reason[PHRASE + 1] = "";
	struct mrasfailure_server *s;
	struct evidence e;

	if (!is_final(a))
		return;
	if (a->granted) {
		heal(m, a);
		return;
	}
	if (is_relayed(m, a)) {
		m->relayed++;
		return;
	}
	write_reason(reason, a);
	s = find_or_add(m, &a->server);
	if (s != NULL) {
		remember(s, reason);
		clients_add(&s->refused, &a->client.address);
	}
	evidence_init(&e);
	evidence_endpoint(&e, "server", &a->server);
	evidence_integer(&e, "status", a->status);
	evidence_wire(&e, "reason_phrase", a->phrase);
	evidence_wire(&e, "call_id", a->call_id);
	evidence_endpoint(&e, "client", &a->client);
	tell(m, a, reason, &e);
}

void
mrasfailure_save(const struct mrasfailure *m, struct record *r)
{
	const struct mrasfailure_server *s = lru_oldest(m->servers);

	for (; s != NULL && record_left(r) >= SPARE; s = lru_newer(s)) {
		record_more(r, true);
		endpoint_save(r, &s->endpoint);
		clients_save(r, &s->refused);
		for (size_t i = 0; i < s->count; i++) {
			record_more(r, true);
			record_text(r, slice_text(s->reasons[i]));
		}
		record_more(r, false);
	}
	record_more(r, false);
}

bool
mrasfailure_load(struct mrasfailure *m, struct cursor *c)
{
	while (record_read_more(c) && !c->bad) {
		const struct endpoint server = endpoint_load(c);
		struct mrasfailure_server *s =
		    c->bad ? NULL : find_or_add(m, &server);
		struct clients refused = { .any = false };

		clients_load(&refused, c);
		if (s != NULL)
			s->refused = refused;
		while (record_read_more(c) && !c->bad) {
			char reason[PHRASE + 1] = "";
			struct textbuf t;

			textbuf_init(&t, reason, sizeof(reason));
			textbuf_add_slice(&t, record_read_line(c, PHRASE));
			if (!c->bad && s != NULL)
				remember(s, reason);
		}
	}
	return !c->bad;
}

void
mrasfailure_stats(
    const struct mrasfailure *m, counter_output *output, void *arg)
{
	output(
	    arg, COUNTER_LIMIT, "mrasfailure.evicted", lru_evicted(m->servers));
	output(arg, COUNTER_LIMIT, "mrasfailure.no_memory",
	    lru_failed(m->servers));
	output(arg, COUNTER_EVENT, "mrasfailure.relayed", m->relayed);
}
