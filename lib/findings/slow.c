/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/slow.h"

#include <stdlib.h>

#include "base/lru.h"
#include "base/nstime.h"
#include "findings/inner/proof.h"

enum {
	COUNT_LIMIT = 16,
	CALL_ID = 128,
	UDP_COPIES = 4,
	SPARE = 1024,
	SAVED = 2048
};

struct slow_server {
	struct lru_entry entry;
	struct endpoint endpoint;
	struct slow_one {
		nstime at, sent;
		uint64_t id; /* of the transaction; 0: see slow_recall() */
	} slow[COUNT_LIMIT]; /* the latest ones, as a ring */
	size_t slow_count;
	bool raised;
	bool timed_out; /* .. and last then: */
	nstime last_timeout;
	bool late;      /* slow ones were answered after all */
	bool gave_up;   /* .. or given up by their senders */
	unsigned quick; /* answers below the threshold in a row */
	nstime slowest;
	char call_id[CALL_ID]; /* of the slowest, escaped */
	char method[TALLY_NAME];
	nstime threshold;
};

struct slow {
	struct slow_limits limits;
	finding_output *output;
	void *arg;
	struct lru *servers;
	struct evidence evidence;
};

static bool
server_equal(const struct table_entry *entry, const void *key)
{
	return endpoint_equal(
	    &((const struct slow_server *)entry)->endpoint, key);
}

struct slow *
slow_new(const struct slow_limits *limits, finding_output *output, void *arg)
{
	const struct lru_setup setup = {
		.limit = limits->servers,
		.octets = sizeof(struct slow_server),
		.memory = limits->memory,
		.equal = server_equal,
	};
	struct slow *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->output = output;
	s->arg = arg;
	s->servers = lru_new(&setup, &limits->key);
	if (s->servers == NULL) {
		free(s);
		return NULL;
	}
	slow_set(s, limits);
	return s;
}

void
slow_set(struct slow *s, const struct slow_limits *limits)
{
	s->limits = *limits;
	if (s->limits.count > COUNT_LIMIT)
		s->limits.count = COUNT_LIMIT;
	if (s->limits.count == 0)
		s->limits.count = 1;
	lru_set(s->servers, limits->servers);
}

static struct slow_server *
find(const struct slow *s, const struct endpoint *endpoint)
{
	if (lru_count(s->servers) == 0)
		return NULL;
	return lru_find(
	    s->servers, endpoint_hash(s->servers, endpoint), endpoint);
}

void
slow_free(struct slow *s)
{
	if (s == NULL)
		return;
	lru_free(s->servers);
	free(s);
}

static struct slow_server *
find_or_add(struct slow *s, const struct endpoint *endpoint)
{
	struct slow_server *server = find(s, endpoint);

	if (server != NULL) {
		lru_use(s->servers, server);
		return server;
	}
	server = lru_add(s->servers, endpoint_hash(s->servers, endpoint));
	if (server != NULL)
		server->endpoint = *endpoint;
	return server;
}

/* When the first of the last `count' slow ones was sent. */
static nstime
first_sent(const struct slow *s, const struct slow_server *server)
{
	const size_t first =
	    (server->slow_count - s->limits.count) % COUNT_LIMIT;

	return server->slow[first].sent;
}

/* How many of slow[] are in use. */
static size_t
slow_kept(const struct slow_server *server)
{
	return server->slow_count < COUNT_LIMIT ? server->slow_count
						: COUNT_LIMIT;
}

static const char *
class_of(const struct slow_server *server)
{
	if (server->gave_up)
		return "gave_up";
	return server->late ? "late" : "pending";
}

static void
tell_with(struct slow *s, const struct slow_server *server,
    struct finding finding, nstime now, nstime wall)
{
	struct evidence *e = &s->evidence;
	char store[64];
	struct textbuf name;

	textbuf_init(&name, store, sizeof(store));
	endpoint_write(&name, &server->endpoint);
	evidence_init(e);
	evidence_text(e, "class", class_of(server));
	evidence_text(e, "method", server->method);
	evidence_endpoint(e, "server", &server->endpoint);
	evidence_seconds(e, "threshold_s", server->threshold, 1);
	evidence_seconds(e, "slowest_s", server->slowest, 1);
	if (server->call_id[0] != '\0')
		evidence_text(e, "call_id", server->call_id);
	finding.kind = FINDING_SLOW_TRANSACTION;
	finding.severity = finding_severity_of(finding.kind, NULL);
	finding.key = finding.subject = textbuf_slice(&name);
	finding.evidence = e;
	finding.now = now;
	finding.wall = wall;
	if (finding.change == FINDING_TROUBLE)
		finding.began = wall - (now - first_sent(s, server));
	s->output(s->arg, &finding);
}

static void
tell(struct slow *s, const struct slow_server *server,
    enum finding_change change, nstime now, nstime wall)
{
	tell_with(s, server, (struct finding){ .change = change }, now, wall);
}

static void
note_slowest(struct slow_server *server, const struct outcome *o, nstime waited)
{
	struct textbuf t;

	if (waited < server->slowest)
		return;
	server->slowest = waited;
	textbuf_init(&t, server->call_id, sizeof(server->call_id));
	textbuf_wire(&t, o->text.call_id);
}

/* Are the last `count' slow ones all within the window? */
static bool
enough(const struct slow *s, const struct slow_server *server, nstime now)
{
	const size_t count = s->limits.count;

	return server->slow_count >= count &&
	    now - server->slow[(server->slow_count - count) % COUNT_LIMIT].at <=
	    s->limits.window;
}

/* While requests time out, that others wait is no news. */
static bool
times_out(const struct slow *s, const struct slow_server *server, nstime now)
{
	return server->timed_out &&
	    !nstime_passed(server->last_timeout, s->limits.window, now);
}

static bool
is_counted(const struct slow_server *server, uint64_t id)
{
	for (size_t i = 0; i < COUNT_LIMIT && i < server->slow_count; i++)
		if (server->slow[i].id == id)
			return true;
	return false;
}

/* UDP shows by its copies that the requester waits, TCP by the
 * acknowledgement that the request is at the server (DESIGN section 8). */
static bool
still_waiting(const struct outcome *o, const struct delivery *d)
{
	if (o->transport == TRANSPORT_UDP)
		return o->request.copies >= UDP_COPIES;
	return d->acknowledged && !d->lost && !d->hung_up;
}

/* Each transaction counts once: when it is slow, or else when its sender gave
 * it up. */
static void
unanswered(struct slow *s, const struct outcome *o, bool gave_up, nstime wall)
{
	struct slow_server *server = find_or_add(s, &o->uas);

	if (server == NULL)
		return;
	server->gave_up |= gave_up;
	server->quick = 0;
	if (is_counted(server, o->id))
		return;
	server->slow[server->slow_count++ % COUNT_LIMIT] =
	    (struct slow_one){ o->now, o->request.sent, o->id };
	server->threshold =
	    o->is_invite ? s->limits.slow_invite : s->limits.slow_other;
	tally_name(server->method, o->method);
	note_slowest(server, o,
	    (gave_up ? o->request.last_copy : o->now) - o->request.sent);
	if (!enough(s, server, o->now) || times_out(s, server, o->now))
		return;
	server->raised = true;
	tell(s, server, FINDING_TROUBLE, o->now, wall);
}

static void
answered(struct slow *s, const struct outcome *o, nstime wall)
{
	struct slow_server *server = find(s, &o->uas);
	const nstime threshold =
	    o->is_invite ? s->limits.slow_invite : s->limits.slow_other;
	const nstime waited = o->response.first - o->request.sent;

	if (server == NULL)
		return;
	if (waited >= threshold) {
		server->late = true;
		server->quick = 0;
		note_slowest(server, o, waited);
		return;
	}
	if (++server->quick < s->limits.count)
		return;
	if (server->raised)
		tell(s, server, FINDING_HEALTHY, o->now, wall);
	lru_forget(s->servers, server);
}

void
slow_input(struct slow *s, const struct outcome *o,
    const struct delivery *delivery, enum timeout_verdict verdict, nstime wall)
{
	const bool waited = still_waiting(o, delivery);

	if (!o->watched)
		return;
	if (o->event == OUTCOME_SLOW && waited)
		unanswered(s, o, false, wall);
	else if (verdict == TIMEOUT_UNKNOWN_GAVE_UP &&
	    o->transport == TRANSPORT_UDP && waited)
		unanswered(s, o, true, wall);
	else if (o->event == OUTCOME_ANSWERED || o->event == OUTCOME_LATE)
		answered(s, o, wall);
}

void
slow_recall(
    struct slow *s, const struct outcome *o, enum timeout_verdict verdict)
{
	struct slow_server *server = find(s, &o->uas);

	if (server == NULL || !o->watched ||
	    (o->event != OUTCOME_SLOW && verdict != TIMEOUT_UNKNOWN_GAVE_UP) ||
	    is_counted(server, o->id))
		return;
	for (size_t i = 0; i < slow_kept(server); i++) {
		struct slow_one *one = &server->slow[i];

		if (one->id != 0 || one->at != o->now ||
		    one->sent != o->request.sent)
			continue;
		one->id = o->id;
		return;
	}
}

void
slow_supersede(struct slow *s, const struct endpoint *server,
    const struct finding *timeout)
{
	struct slow_server *found = find_or_add(s, server);

	if (found == NULL)
		return;
	if (found->raised)
		tell_with(s, found,
		    (struct finding){
			.change = FINDING_SUPERSEDED,
			.successor = timeout->kind,
			.successor_key = timeout->key,
		    },
		    timeout->now, timeout->wall);
	found->raised = found->late = found->gave_up = false;
	found->slow_count = 0;
	found->quick = 0;
	found->slowest = 0;
	found->timed_out = true;
	found->last_timeout = timeout->now;
}

void
slow_stats(const struct slow *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "slow.servers_evicted",
	    lru_evicted(s->servers));
}

static void
save_count(const struct slow_server *server, struct record *r)
{
	const size_t kept = slow_kept(server);

	record_more(r, true);
	endpoint_save(r, &server->endpoint);
	record_flag(r, server->timed_out);
	record_time(r, server->last_timeout);
	record_flag(r, server->late);
	record_flag(r, server->gave_up);
	record_u32(r, server->quick);
	record_time(r, server->slowest);
	record_time(r, server->threshold);
	record_text(r, slice_text(server->call_id));
	record_text(r, slice_text(server->method));
	record_u8(r, (uint8_t)kept);
	for (size_t i = 0; i < kept; i++) {
		const struct slow_one *one =
		    &server
			 ->slow[(server->slow_count - kept + i) % COUNT_LIMIT];

		record_time(r, one->at);
		record_time(r, one->sent);
	}
}

/* Of those that are raised too; older versions saved nothing of this. */
static void
save_counts(const struct slow *s, struct record *r)
{
	const struct slow_server *server = lru_newest(s->servers);

	for (size_t saved = 0;
	     server != NULL && saved < SAVED && record_left(r) >= SPARE;
	     saved++, server = lru_older(server))
		save_count(server, r);
	record_more(r, false);
}

void
slow_save(const struct slow *s, struct record *r)
{
	const struct slow_server *server;

	for (server = lru_oldest(s->servers); server != NULL;
	     server = lru_newer(server)) {
		if (!server->raised || record_left(r) < SPARE)
			continue;
		record_more(r, true);
		endpoint_save(r, &server->endpoint);
		record_flag(r, server->late);
		record_u32(r, server->quick);
		record_time(r, server->slowest);
		record_time(r, server->threshold);
		record_text(r, slice_text(server->call_id));
		record_text(r, slice_text(server->method));
	}
	record_more(r, false);
	save_counts(s, r);
}

static void
load_text(char *store, size_t size, struct cursor *c)
{
	struct textbuf t;

	textbuf_init(&t, store, size);
	textbuf_add_slice(&t, record_read_line(c, size - 1));
}

static void
load_slow(struct slow_server *server, struct cursor *c, nstime shift)
{
	server->slow_count = (size_t)record_read_below(c, 1, COUNT_LIMIT + 1);
	for (size_t i = 0; i < server->slow_count; i++) {
		struct slow_one *one = &server->slow[i % COUNT_LIMIT];

		one->at = record_read_now(c, shift);
		one->sent = record_read_now(c, shift);
	}
}

/* They were saved the latest first. */
static void
load_count(struct slow *s, struct cursor *c, nstime shift)
{
	const struct endpoint endpoint = endpoint_load(c);
	struct slow_server *server = c->bad ? NULL : find_or_add(s, &endpoint);
	struct slow_server unused;

	if (server == NULL)
		server = &unused;
	else
		lru_age(s->servers, server);
	server->timed_out = record_read_flag(c);
	server->last_timeout = record_read_now(c, shift);
	server->late = record_read_flag(c);
	server->gave_up = record_read_flag(c);
	server->quick = cursor_le32(c);
	server->slowest = record_read_time(c);
	server->threshold = record_read_time(c);
	load_text(server->call_id, sizeof(server->call_id), c);
	load_text(server->method, sizeof(server->method), c);
	load_slow(server, c, shift);
}

bool
slow_load(struct slow *s, struct cursor *c, const struct record_shift *shift)
{
	while (record_read_more(c)) {
		const struct endpoint endpoint = endpoint_load(c);
		struct slow_server *server =
		    c->bad ? NULL : find_or_add(s, &endpoint);

		if (server == NULL)
			return false;
		server->raised = true;
		server->late = record_read_flag(c);
		server->quick = cursor_le32(c);
		server->slowest = record_read_time(c);
		server->threshold = record_read_time(c);
		load_text(server->call_id, sizeof(server->call_id), c);
		load_text(server->method, sizeof(server->method), c);
	}
	/* States of an older version end here. */
	if (c->rest.len == 0)
		return !c->bad;
	while (record_read_more(c))
		load_count(s, c, shift->watching);
	return !c->bad;
}
