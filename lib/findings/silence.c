/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/silence.h"

#include <stdlib.h>

#include "base/lru.h"
#include "base/nstime.h"

#define HOUR (3600 * NSTIME_S)
#define LEARNING (2 * HOUR)
#define AGAIN (600 * NSTIME_S) /* while mras_silence lasts */

enum {
	ANSWERED = 3,  /* exchanges that show the habits of a leg */
	LEARNT = 12,   /* gaps that show how often they come; .. */
	FORGET = 64,   /* .. older ones count half after so many */
	PATIENCE = 10, /* times the usual */
	LEGS = 16,     /* of one client; another one takes the last place */
	SPARE = 2048   /* a record must have left for one client */
};

struct silence_kept {
	struct endpoint server;
	uint64_t exchanges;
	bool raised;
	uint64_t connection; /* that was silent last */
	unsigned connections;
};

/* A client host. */
struct silence_host {
	struct lru_entry entry;
	struct address address;
	/* Its exchanges with any server: gaps between two, how long they were
	 * in all, and the other SIP of the host in them. */
	uint64_t gaps, others;
	nstime gap_sum;
	nstime begun, last, last_wall;
	uint64_t others_since; /* the last exchange */
	struct endpoint last_server;
	bool raised; /* mras_silence */
	nstime told;
	size_t leg_count;
	struct silence_kept legs[LEGS];
};

struct silence {
	struct silence_limits limits;
	finding_output *output;
	void *arg;
	struct lru *hosts;
	struct evidence evidence;
	uint64_t unlearnt;
};

static bool
host_equal(const struct table_entry *entry, const void *key)
{
	return endpoint_address_equal(
	    &((const struct silence_host *)entry)->address, key);
}

struct silence *
silence_new(
    const struct silence_limits *limits, finding_output *output, void *arg)
{
	const struct lru_setup setup = {
		.limit = limits->hosts,
		.octets = sizeof(struct silence_host),
		.memory = limits->memory,
		.equal = host_equal,
	};
	struct silence *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->output = output;
	s->arg = arg;
	s->hosts = lru_new(&setup, &limits->key);
	if (s->hosts == NULL) {
		free(s);
		return NULL;
	}
	silence_set(s, limits);
	return s;
}

void
silence_set(struct silence *s, const struct silence_limits *limits)
{
	s->limits = *limits;
	lru_set(s->hosts, limits->hosts);
}

void
silence_free(struct silence *s)
{
	if (s == NULL)
		return;
	lru_free(s->hosts);
	free(s);
}

static uint64_t
hash_of(const struct silence *s, const struct address *address)
{
	return lru_hash(s->hosts, slice_of(address, sizeof(*address)));
}

static struct silence_host *
add(struct silence *s, const struct address *address, uint64_t hash)
{
	struct silence_host *h = lru_add(s->hosts, hash);

	if (h != NULL)
		h->address = *address;
	return h;
}

/* NULL: unknown, or, if it was to be added, out of memory. */
static struct silence_host *
host_of(struct silence *s, const struct address *address, bool may_add)
{
	uint64_t hash;
	struct silence_host *h;

	if (!may_add && lru_count(s->hosts) == 0)
		return NULL;
	hash = hash_of(s, address);
	h = lru_find(s->hosts, hash, address);
	if (h == NULL)
		return may_add ? add(s, address, hash) : NULL;
	lru_use(s->hosts, h);
	return h;
}

static struct silence_kept *
leg_of(struct silence_host *h, const struct endpoint *server)
{
	struct silence_kept *leg;

	for (size_t i = 0; i < h->leg_count; i++)
		if (endpoint_equal(&h->legs[i].server, server))
			return &h->legs[i];
	if (h->leg_count < LEGS)
		h->leg_count++;
	leg = &h->legs[h->leg_count - 1];
	*leg = (struct silence_kept){ .server = *server };
	return leg;
}

static void
tell(struct silence *s, enum finding_change change,
    const struct silence_host *of, const struct endpoint *server, nstime now,
    nstime wall)
{
	char store[160];
	struct textbuf name;
	const bool is_told =
	    change == FINDING_TROUBLE || change == FINDING_UPDATED;
	size_t subject;

	textbuf_init(&name, store, sizeof(store));
	endpoint_write(&name, server);
	subject = name.len;
	if (of != NULL) {
		textbuf_add(&name, " mras_silence ");
		endpoint_address_write(&name, &of->address);
	}
	s->output(s->arg,
	    &(struct finding){
		.kind = FINDING_SILENT_PEER,
		.change = change,
		.severity = finding_severity_of(FINDING_SILENT_PEER, NULL),
		.key = textbuf_slice(&name),
		.subject = slice_first(textbuf_slice(&name), subject),
		.evidence = is_told ? &s->evidence : NULL,
		.began = is_told ? evidence_number(&s->evidence, "sent", 0) : 0,
		.now = now,
		.wall = wall,
	    });
}

static void
learn(struct silence_host *h, nstime now)
{
	h->gap_sum += now - h->last;
	h->others += h->others_since;
	if (++h->gaps < FORGET)
		return;
	h->gaps /= 2;
	h->gap_sum /= 2;
	h->others /= 2;
}

void
silence_answered(
    struct silence *s, const struct silence_leg *at, nstime now, nstime wall)
{
	struct silence_host *h = host_of(s, &at->client.address, true);
	struct silence_kept *leg;

	if (h == NULL)
		return;
	leg = leg_of(h, &at->server);
	if (leg->raised)
		tell(s, FINDING_HEALTHY, NULL, &leg->server, now, wall);
	if (h->raised)
		tell(s, FINDING_HEALTHY, h, &h->last_server, now, wall);
	leg->raised = h->raised = false;
	leg->connections = 0;
	leg->exchanges++;
	/* The length of an outage is no measure of the usual gap. */
	if (h->last == 0)
		h->begun = now;
	else if (now - h->last < HOUR)
		learn(h, now);
	h->last = now;
	h->last_wall = wall;
	h->last_server = at->server;
	h->others_since = 0;
}

void
silence_unanswered(struct silence *s, const struct silence_request *r)
{
	struct silence_host *h = host_of(s, &r->leg.client.address, false);
	struct evidence *e = &s->evidence;
	struct silence_kept *leg = h == NULL ? NULL : leg_of(h, &r->leg.server);

	if (leg == NULL || leg->exchanges < ANSWERED) {
		s->unlearnt++;
		return;
	}
	if (!leg->raised || leg->connection != r->connection)
		leg->connections++;
	leg->connection = r->connection;
	leg->raised = true;
	evidence_init(e);
	evidence_text(e, "class", "request");
	evidence_endpoint(e, "client", &r->leg.client);
	evidence_endpoint(e, "server", &r->leg.server);
	evidence_integer(e, "request_octets", (int64_t)r->octets);
	evidence_time(e, "sent", r->sent_wall);
	evidence_seconds(e, "elapsed_s", r->now - r->sent, 1);
	evidence_integer(e, "connections", leg->connections);
	tell(s, FINDING_TROUBLE, NULL, &leg->server, r->now, r->wall);
}

void
silence_doubted(
    struct silence *s, const struct silence_leg *at, nstime now, nstime wall)
{
	struct silence_host *h = host_of(s, &at->client.address, false);
	struct silence_kept *leg = h == NULL ? NULL : leg_of(h, &at->server);

	if (leg != NULL && leg->raised)
		tell(s, FINDING_WITHDRAWN, NULL, &leg->server, now, wall);
}

/* The host did ask, so exchanges have not ceased there, and a raised trouble is
 * no longer open. */
void
silence_unseen(
    struct silence *s, const struct silence_leg *at, nstime now, nstime wall)
{
	struct silence_host *h = host_of(s, &at->client.address, false);

	if (h == NULL || h->last == 0)
		return;
	h->raised = false;
	h->last = now;
	h->last_wall = wall;
	h->others_since = 0;
}

/* Both the time and the other SIP that usually pass between two exchanges
 * have run out many times over. */
static bool
is_overdue(const struct silence_host *h, nstime now)
{
	const nstime silent = now - h->last;

	if (h->gaps < LEARNT || h->last - h->begun < LEARNING || silent < HOUR)
		return false;
	return silent >= PATIENCE * (h->gap_sum / (nstime)h->gaps) &&
	    h->others_since * h->gaps >= PATIENCE * h->others &&
	    h->others_since >= PATIENCE;
}

void
silence_active(
    struct silence *s, const struct address *address, nstime now, nstime wall)
{
	struct silence_host *h = host_of(s, address, false);
	struct evidence *e = &s->evidence;

	if (h == NULL)
		return;
	h->others_since++;
	if (h->raised ? !nstime_passed(h->told, AGAIN, now)
		      : !is_overdue(h, now))
		return;
	h->told = now;
	evidence_init(e);
	evidence_text(e, "class", "mras_silence");
	evidence_address(e, "client", &h->address);
	evidence_endpoint(e, "server", &h->last_server);
	evidence_time(e, "sent", h->last_wall);
	evidence_seconds(e, "elapsed_s", now - h->last, 1);
	tell(s, h->raised ? FINDING_UPDATED : FINDING_TROUBLE, h,
	    &h->last_server, now, wall);
	h->raised = true;
}

void
silence_stats(const struct silence *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "silence.evicted", lru_evicted(s->hosts));
	output(arg, COUNTER_LIMIT, "silence.no_memory", lru_failed(s->hosts));
	output(arg, COUNTER_EVENT, "silence.unlearnt", s->unlearnt);
}

static void
save_leg(struct record *r, const struct silence_kept *leg)
{
	record_more(r, true);
	endpoint_save(r, &leg->server);
	record_u64(r, leg->exchanges);
	record_flag(r, leg->raised);
	record_u32(r, leg->connections);
}

static void
save_host(struct record *r, const struct silence_host *h)
{
	record_more(r, true);
	endpoint_address_save(r, &h->address);
	record_u8(r, (uint8_t)h->gaps);
	record_u64(r, h->others);
	record_time(r, h->gap_sum);
	record_time(r, h->begun);
	record_time(r, h->last);
	record_time(r, h->last_wall);
	record_u64(r, h->others_since);
	endpoint_save(r, &h->last_server);
	record_flag(r, h->raised);
	record_time(r, h->told);
	for (size_t i = 0; i < h->leg_count; i++)
		save_leg(r, &h->legs[i]);
	record_more(r, false);
}

void
silence_save(const struct silence *s, struct record *r)
{
	const struct silence_host *h = lru_newest(s->hosts);

	for (size_t i = 0;
	     h != NULL && i < SILENCE_SAVED && record_left(r) >= SPARE; i++) {
		save_host(r, h);
		h = lru_older(h);
	}
	record_more(r, false);
}

/* Connections are numbered anew: none of them is the one that was silent. */
static struct silence_kept
load_leg(struct cursor *c)
{
	struct silence_kept leg = { .connection = UINT64_MAX };

	leg.server = endpoint_load(c);
	leg.exchanges = cursor_le64(c);
	leg.raised = record_read_flag(c);
	leg.connections = cursor_le32(c);
	return leg;
}

static void
load_host(struct silence *s, struct cursor *c, nstime shift)
{
	struct silence_host loaded = { .address = endpoint_address_load(c) };
	struct silence_host *h;
	uint64_t hash;

	loaded.gaps = record_read_below(c, 1, FORGET);
	loaded.others = cursor_le64(c);
	loaded.gap_sum = record_read_within(c, FORGET * HOUR);
	loaded.begun = record_read_now(c, shift);
	loaded.last = record_read_now(c, shift);
	loaded.last_wall = record_read_time(c);
	loaded.others_since = cursor_le64(c);
	loaded.last_server = endpoint_load(c);
	loaded.raised = record_read_flag(c);
	loaded.told = record_read_now(c, shift);
	while (record_read_more(c) && loaded.leg_count < LEGS)
		loaded.legs[loaded.leg_count++] = load_leg(c);
	hash = hash_of(s, &loaded.address);
	if (c->bad || lru_count(s->hosts) >= s->limits.hosts ||
	    lru_find(s->hosts, hash, &loaded.address) != NULL)
		return;
	h = add(s, &loaded.address, hash);
	if (h == NULL)
		return;
	loaded.entry = h->entry;
	*h = loaded;
	lru_age(s->hosts, h); /* saved the latest first */
}

bool
silence_load(
    struct silence *s, struct cursor *c, const struct record_shift *shift)
{
	while (record_read_more(c))
		load_host(s, c, shift->watching);
	return !c->bad;
}
