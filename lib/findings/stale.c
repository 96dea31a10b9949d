/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/stale.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/table.h"
#include "base/nstime.h"
#include "findings/inner/refusals.h"
#include "findings/inner/relays.h"
#include "witness/kerberos.h"

/* Refusals further apart are no run. */
#define RUN_GAP (3600 * NSTIME_S)

enum {
	TIME_SKEW = 1013,        /* MS-OCER: during authentication */
	REFERRER_REFUSED = 1020, /* for many reasons; DATE_SKEWED is one */
	SERVERS = 3,             /* that refuse one client, remembered */
	SPARE = 1024 /* octets a record must have left for one client */
};

/*
 * A client that Kerberos refused.  Its refusals count together, whoever they
 * are from; a success takes back refusals of the same server alone, since a
 * client that one KDC wrongly refuses is served by the next.
 */
struct stale_client {
	struct table_entry entry; /* first: a client is its entry */
	TAILQ_ENTRY(stale_client) order;
	struct address address;
	bool held;
	nstime due;                       /* held: when it is reported */
	struct refusals servers[SERVERS]; /* the latest first */
};

TAILQ_HEAD(clients, stale_client);

struct stale {
	struct stale_limits limits;
	finding_output *output;
	void *arg;
	struct table *table;
	struct clients counted; /* the longest unheard first */
	struct clients held;    /* the first due first */
	struct relays relays;   /* of refusals in SIP */
	uint64_t evicted, no_memory, relayed;
};

static bool
same_client(const struct table_entry *entry, const void *key)
{
	const struct stale_client *client = (const struct stale_client *)entry;

	return endpoint_address_equal(&client->address, key);
}

struct stale *
stale_new(const struct stale_limits *limits, finding_output *output, void *arg)
{
	struct stale *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->limits = *limits;
	s->output = output;
	s->arg = arg;
	TAILQ_INIT(&s->counted);
	TAILQ_INIT(&s->held);
	s->table = table_new(limits->clients, &limits->key, same_client);
	if (s->table != NULL)
		return s;
	stale_free(s);
	return NULL;
}

static struct clients *
list_of(struct stale *s, const struct stale_client *client)
{
	return client->held ? &s->held : &s->counted;
}

static void
forget(struct stale *s, struct stale_client *client)
{
	TAILQ_REMOVE(list_of(s, client), client, order);
	table_remove(s->table, &client->entry);
	budget_release(s->limits.memory, client, sizeof(*client));
}

void
stale_free(struct stale *s)
{
	struct stale_client *client;

	if (s == NULL)
		return;
	while ((client = TAILQ_FIRST(&s->counted)) != NULL)
		forget(s, client);
	while ((client = TAILQ_FIRST(&s->held)) != NULL)
		forget(s, client);
	table_free(s->table);
	free(s);
}

void
stale_set(struct stale *s, const struct stale_limits *limits)
{
	s->limits = *limits;
	table_set(s->table, limits->clients);
}

static void
tell(struct stale *s, const struct endpoint *server,
    const struct evidence *evidence, nstime now, nstime wall)
{
	char store[64];
	struct textbuf key;

	textbuf_init(&key, store, sizeof(store));
	endpoint_write(&key, server);
	s->output(s->arg,
	    &(struct finding){
		.kind = FINDING_STALE_DATE,
		.change = FINDING_TROUBLE,
		.severity = finding_severity_of(FINDING_STALE_DATE, NULL),
		.key = textbuf_slice(&key),
		.subject = textbuf_slice(&key),
		.evidence = evidence,
		.now = now,
		.wall = wall,
	    });
}

/* 0x and eight digits, perhaps with the name behind. */
static bool
is_skewed(struct slice hresult)
{
	static const char *const codes[] = {
		"0xC3E93EE0", /* SIP_E_CRYPT_REFERRER_DATE_SKEWED */
		"0x80EE006C", /* RTC_E_SIP_AUTH_TIME_SKEW */
		"0x80090324", /* SEC_E_TIME_SKEW */
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (slice_starts_with_nocase(hresult, codes[i]))
			return true;
	return false;
}

static bool
says_stale_date(struct slice text)
{
	static const char words[] = "Stale Date";

	for (; text.len >= sizeof(words) - 1; text = slice_after(text, 1))
		if (slice_starts_with_nocase(text, words))
			return true;
	return false;
}

bool
stale_matters(const struct stale_response *r)
{
	const bool refused = r->status == 403 ||
	    (slice_is_nocase(r->protocol, "SIP") && r->cause == 403);

	return (slice_is_nocase(r->protocol, "STIR") && r->cause == 403) ||
	    (refused &&
		(says_stale_date(r->phrase) || says_stale_date(r->reason))) ||
	    r->diagnostic == TIME_SKEW || is_skewed(r->hresult) ||
	    (r->diagnostic == REFERRER_REFUSED &&
		slice_find(r->diagnostics, "DATE_SKEWED") < r->diagnostics.len);
}

static struct relays_refusal
refusal_of(const struct stale *s, const struct stale_response *r)
{
	return (struct relays_refusal){
		.call = table_hash(s->table, r->call_id) | 1,
		.status = r->status,
		.from = r->server.address,
		.to = r->client.address,
		.now = r->now,
	};
}

void
stale_recall(struct stale *s, const struct stale_response *r)
{
	const struct relays_refusal refusal = refusal_of(s, r);

	if (stale_matters(r) && !relays_is_latest(&s->relays, &refusal))
		relays_add(&s->relays, &refusal);
}

void
stale_input(struct stale *s, const struct stale_response *r)
{
	const struct relays_refusal refusal = refusal_of(s, r);
	struct evidence e;

	if (!stale_matters(r))
		return;
	/* A message may name the time as its cause in several ways. */
	if (relays_is_latest(&s->relays, &refusal))
		return;
	if (relays_add(&s->relays, &refusal)) {
		s->relayed++;
		return;
	}
	evidence_init(&e);
	evidence_integer(&e, "status", r->status);
	if (r->diagnostic != 0)
		evidence_integer(&e, "diagnostic_id", r->diagnostic);
	evidence_wire(&e, "reason", r->reason.len > 0 ? r->reason : r->phrase);
	evidence_wire(&e, "source", r->source);
	evidence_wire(&e, "call_id", r->call_id);
	evidence_endpoint(&e, "server", &r->server);
	evidence_endpoint(&e, "client", &r->client);
	tell(s, &r->server, &e, r->now, r->wall);
}

static void
tell_refusals(
    struct stale *s, const struct stale_client *client, nstime now, nstime wall)
{
	const struct stale_refusal *r = &client->servers[0].latest;
	struct evidence e;

	evidence_init(&e);
	evidence_wire(&e, "source", slice_text(client->servers[0].realm));
	evidence_endpoint(&e, "server", &r->server);
	evidence_endpoint(&e, "client", &r->client);
	evidence_integer(&e, "krb_error", r->error);
	if (r->has_client_time)
		evidence_time(&e, "client_time", r->client_time);
	evidence_time(&e, "server_time", r->server_time);
	tell(s, &r->server, &e, now, wall);
}

static struct stale_client *
find(const struct stale *s, const struct address *address)
{
	const uint64_t hash =
	    table_hash(s->table, slice_of(address, sizeof(*address)));

	return (struct stale_client *)table_find(s->table, hash, address);
}

static void
make_room(struct stale *s)
{
	struct stale_client *client = TAILQ_FIRST(&s->counted);

	if (table_count(s->table) < s->limits.clients)
		return;
	if (client == NULL)
		client = TAILQ_FIRST(&s->held);
	if (client == NULL)
		return;
	forget(s, client);
	s->evicted++;
}

static struct stale_client *
add(struct stale *s, const struct address *address)
{
	const uint64_t hash =
	    table_hash(s->table, slice_of(address, sizeof(*address)));
	struct stale_client *client;

	make_room(s);
	client = budget_alloc(s->limits.memory, sizeof(*client));
	if (client == NULL || !table_add(s->table, &client->entry, hash)) {
		budget_release(s->limits.memory, client, sizeof(*client));
		s->no_memory++;
		return NULL;
	}
	client->address = *address;
	TAILQ_INSERT_TAIL(&s->counted, client, order);
	return client;
}

/* Its place among the client's servers, or where the longest unheard is. */
static unsigned
place_of(const struct stale_client *client, const struct address *server)
{
	unsigned i = 0;

	while (i < SERVERS - 1 && client->servers[i].count > 0 &&
	    !endpoint_address_equal(
		&client->servers[i].latest.server.address, server))
		i++;
	return i;
}

/* The one at `place' goes to the front. */
static void
put_first(struct stale_client *client, unsigned place)
{
	const struct refusals first = client->servers[place];

	memmove(client->servers + 1, client->servers,
	    place * sizeof(*client->servers));
	client->servers[0] = first;
}

static void
take_back(struct stale_client *client, unsigned place)
{
	memmove(client->servers + place, client->servers + place + 1,
	    (SERVERS - 1 - place) * sizeof(*client->servers));
	client->servers[SERVERS - 1] = (struct refusals){ .count = 0 };
}

static void
count_refusal(struct stale_client *client, const struct stale_refusal *refusal)
{
	const struct address *server = &refusal->server.address;
	struct refusals *first = &client->servers[0];

	if (first->count > 0 &&
	    nstime_passed(first->latest.now, RUN_GAP, refusal->now))
		memset(client->servers, 0, sizeof(client->servers));
	put_first(client, place_of(client, server));
	if (!endpoint_address_equal(&first->latest.server.address, server))
		first->count = 0;
	refusals_add(first, refusal);
}

static bool
is_run(const struct stale_client *client, unsigned least)
{
	unsigned count = 0;

	for (unsigned i = 0; i < SERVERS; i++)
		count += client->servers[i].count;
	return count >= least;
}

void
stale_kerberos(struct stale *s, const struct stale_refusal *refusal)
{
	struct stale_client *client;

	if (refusal->error != KERBEROS_ERR_SKEW)
		return;
	client = find(s, &refusal->client.address);
	if (client == NULL)
		client = add(s, &refusal->client.address);
	if (client == NULL)
		return;
	count_refusal(client, refusal);
	if (client->held)
		return;
	TAILQ_REMOVE(&s->counted, client, order);
	client->held = is_run(client, s->limits.count);
	client->due = nstime_after(refusal->now, s->limits.hold);
	TAILQ_INSERT_TAIL(list_of(s, client), client, order);
}

void
stale_success(struct stale *s, const struct address *address,
    const struct address *server)
{
	struct stale_client *client = find(s, address);
	unsigned place;

	if (client == NULL)
		return;
	place = place_of(client, server);
	if (!endpoint_address_equal(
		&client->servers[place].latest.server.address, server))
		return;
	take_back(client, place);
	if (client->servers[0].count == 0) {
		forget(s, client);
	} else if (client->held && !is_run(client, s->limits.count)) {
		TAILQ_REMOVE(&s->held, client, order);
		client->held = false;
		TAILQ_INSERT_TAIL(&s->counted, client, order);
	}
}

/* Report the held clients that had no success by then. */
static void
tell_held(struct stale *s, nstime by, nstime now, nstime wall)
{
	struct stale_client *client;

	while ((client = TAILQ_FIRST(&s->held)) != NULL && client->due <= by) {
		tell_refusals(s, client, now, wall);
		forget(s, client);
	}
}

void
stale_tick(struct stale *s, nstime now, nstime wall)
{
	tell_held(s, now, now, wall);
}

nstime
stale_next_deadline(const struct stale *s)
{
	const struct stale_client *client = TAILQ_FIRST(&s->held);

	return client == NULL ? NSTIME_NEVER : client->due;
}

void
stale_finish(struct stale *s, nstime now, nstime wall)
{
	tell_held(s, NSTIME_NEVER, now, wall);
}

static void
save_client(const struct stale_client *client, size_t *left, struct record *r)
{
	if (*left == 0 || record_left(r) < SPARE)
		return;
	--*left;
	record_more(r, true);
	endpoint_address_save(r, &client->address);
	record_flag(r, client->held);
	record_time(r, client->due);
	for (unsigned i = 0; i < SERVERS; i++)
		refusals_save(&client->servers[i], r);
}

/* The held ones, the first due first; then the others, the latest first. */
void
stale_save(const struct stale *s, struct record *r)
{
	const struct stale_client *client;
	size_t left = STALE_SAVED;

	TAILQ_FOREACH (client, &s->held, order)
		save_client(client, &left, r);
	client = TAILQ_LAST(&s->counted, clients);
	for (; client != NULL; client = TAILQ_PREV(client, clients, order))
		save_client(client, &left, r);
	record_more(r, false);
}

/* A held one must not be due before those that came before it. */
static bool
is_in_order(const struct stale *s, const struct stale_client *loaded)
{
	const struct stale_client *last = TAILQ_LAST(&s->held, clients);

	return !loaded->held || last == NULL || last->due <= loaded->due;
}

static void
load_client(struct stale *s, struct cursor *c, nstime shift)
{
	struct stale_client loaded = { .held = false };
	struct stale_client *client;

	loaded.address = endpoint_address_load(c);
	loaded.held = record_read_flag(c);
	loaded.due = record_read_now(c, shift);
	for (unsigned i = 0; i < SERVERS; i++)
		refusals_load(&loaded.servers[i], c, shift);
	if (loaded.servers[0].count == 0 || !is_in_order(s, &loaded))
		c->bad = true;
	if (c->bad || find(s, &loaded.address) != NULL ||
	    table_count(s->table) >= s->limits.clients)
		return;
	client = add(s, &loaded.address);
	if (client == NULL)
		return;
	TAILQ_REMOVE(&s->counted, client, order);
	client->held = loaded.held;
	client->due = loaded.due;
	memcpy(client->servers, loaded.servers, sizeof(client->servers));
	if (client->held)
		TAILQ_INSERT_TAIL(&s->held, client, order);
	else
		TAILQ_INSERT_HEAD(&s->counted, client, order);
}

bool
stale_load(struct stale *s, struct cursor *c, const struct record_shift *shift)
{
	while (record_read_more(c))
		load_client(s, c, shift->watching);
	return !c->bad;
}

void
stale_stats(const struct stale *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "stale.evicted", s->evicted);
	output(arg, COUNTER_LIMIT, "stale.no_memory", s->no_memory);
	output(arg, COUNTER_EVENT, "stale.relayed", s->relayed);
}
