/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/connection.h"

#include <stdlib.h>

#include "base/nstime.h"
#include "findings/inner/connserver.h"
#include "findings/inner/scanners.h"

/* Octets that must be left in a record before a server is written. */
enum { SPARE = 8192, ANSWERED = 64 };

struct connection {
	struct connection_limits limits;
	finding_output *output;
	void *arg;
	struct lru *servers;
	struct scanners *scanners;
	nstime udp_failed;                  /* the latest one over UDP */
	struct endpoint answered[ANSWERED]; /* some that did over UDP */
	struct evidence evidence;
	uint64_t scans, no_memory;
};

static const struct {
	const char *name;
	enum connection_stage cure; /* how far one must get to refute it */
} classes[CONNECTION_CLASSES] = {
	[CONNECTION_REFUSED] = { "refused", CONNECTION_OPENED },
	[CONNECTION_UNANSWERED] = { "unanswered", CONNECTION_OPENED },
	[CONNECTION_UNREACHABLE] = { "unreachable", CONNECTION_OPENED },
	[CONNECTION_BLACKHOLE] = { "blackhole", CONNECTION_ANSWERED },
	[CONNECTION_RESET] = { "reset", CONNECTION_ANSWERED },
	[CONNECTION_TLS_ALERT] = { "tls_alert", CONNECTION_SECURED },
	[CONNECTION_TLS_CLOSED] = { "tls_closed", CONNECTION_SECURED },
	[CONNECTION_TLS_STALLED] = { "tls_stalled", CONNECTION_SECURED },
	[CONNECTION_CLOSED] = { "closed", CONNECTION_ANSWERED },
};

static bool
server_equal(const struct table_entry *entry, const void *key)
{
	return endpoint_equal(
	    &((const struct connserver *)entry)->endpoint, key);
}

struct connection *
connection_new(
    const struct connection_limits *limits, finding_output *output, void *arg)
{
	const struct lru_setup setup = {
		.limit = limits->servers,
		.octets = sizeof(struct connserver),
		.memory = limits->memory,
		.equal = server_equal,
		.done = connserver_done,
	};
	struct connection *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->output = output;
	c->arg = arg;
	c->udp_failed = INT64_MIN;
	c->servers = lru_new(&setup, &limits->key);
	c->scanners =
	    scanners_new(limits->clients, &limits->key, limits->memory);
	if (c->servers == NULL || c->scanners == NULL) {
		connection_free(c);
		return NULL;
	}
	connection_set(c, limits);
	return c;
}

void
connection_set(struct connection *c, const struct connection_limits *limits)
{
	c->limits = *limits;
	if (c->limits.count > CONNECTION_COUNT)
		c->limits.count = CONNECTION_COUNT;
	if (c->limits.count == 0)
		c->limits.count = 1;
	lru_set(c->servers, limits->servers);
	scanners_set(c->scanners, limits->clients);
}

void
connection_free(struct connection *c)
{
	if (c == NULL)
		return;
	lru_free(c->servers);
	scanners_free(c->scanners);
	free(c);
}

static struct connserver *
find_server(const struct connection *c, const struct endpoint *endpoint)
{
	return lru_find(
	    c->servers, endpoint_hash(c->servers, endpoint), endpoint);
}

static struct connserver *
add_server(struct connection *c, const struct endpoint *endpoint)
{
	struct connserver *s =
	    lru_add(c->servers, endpoint_hash(c->servers, endpoint));

	if (s != NULL)
		s->endpoint = *endpoint;
	return s;
}

/* The server, made if new; NULL when out of memory. */
static struct connserver *
server_of(struct connection *c, const struct endpoint *endpoint)
{
	struct connserver *s = find_server(c, endpoint);

	if (s == NULL)
		return add_server(c, endpoint);
	lru_use(c->servers, s);
	return s;
}

/* Beyond where this class of trouble ends it: a server whose port opens, and
 * with which TLS always failed, never worked. */
static bool
has_worked(const struct connserver *s, const struct connection_failure *f)
{
	const enum connection_stage cure =
	    f->handshake ? CONNECTION_SECURED : classes[f->class].cure;

	return s->reached > (unsigned)cure;
}

/* One of a few places for each server; the next takes it. */
static struct endpoint *
place_of(struct connection *c, const struct endpoint *server)
{
	const uint8_t *o = server->address.octets;

	return &c->answered[(o[2] * 31u + o[3] + o[14] * 7u + o[15] +
				server->port) %
	    ANSWERED];
}

static bool
has_answered(struct connection *c, const struct endpoint *server)
{
	return endpoint_equal(place_of(c, server), server);
}

static void
fill_evidence(struct evidence *e, const struct connserver *s,
    const struct failures *all, const struct connection_failure *f)
{
	evidence_init(e);
	evidence_text(e, "class", classes[f->class].name);
	evidence_endpoint(e, "client", &f->client);
	evidence_endpoint(e, "server", &f->server);
	if (f->proxied.address.version != 0)
		evidence_endpoint(e, "proxied_client", &f->proxied);
	evidence_text(e, "transport", f->udp ? "udp" : "tcp");
	evidence_integer(e, "attempts", (int64_t)all->attempts);
	evidence_integer(e, "clients", all->clients);
	/* Of answers over UDP only some are remembered. */
	if (!f->udp || s->udp_worked)
		evidence_boolean(e, "ever_worked",
		    s->udp_worked || f->established || has_worked(s, f));
	if (f->established && f->after > 0)
		evidence_seconds(e, "after_s", f->after, 1);
	if (f->tls_version != NULL)
		evidence_text(e, "tls_version", f->tls_version);
	if (f->tls_alert < 0)
		return;
	evidence_integer(e, "tls_alert", f->tls_alert);
	if (f->tls_alert_name != NULL)
		evidence_text(e, "tls_alert_name", f->tls_alert_name);
	evidence_text(
	    e, "tls_alert_from", f->alert_from_server ? "server" : "client");
}

static void
tell(struct connection *c, const struct connserver *s,
    enum connection_class class, struct finding finding)
{
	char store[96];
	struct textbuf name;
	size_t subject;

	textbuf_init(&name, store, sizeof(store));
	endpoint_write(&name, &s->endpoint);
	subject = name.len;
	textbuf_add(&name, " ");
	textbuf_add(&name, classes[class].name);
	finding.kind = FINDING_CONNECTION_FAILURE;
	finding.severity =
	    finding_severity_of(finding.kind, classes[class].name);
	finding.key = textbuf_slice(&name);
	finding.subject = slice_first(finding.key, subject);
	c->output(c->arg, &finding);
}

/* The failures of its class, made if new; NULL when out of memory. */
static struct failures *
failures_of(struct connection *c, struct connserver *s,
    const struct connection_failure *f)
{
	struct failures **of = &s->failures[f->class];

	/* An alert that is quiet for so long is over by itself. */
	if (*of != NULL &&
	    failures_are_over(*of,
		(*of)->raised ? c->limits.quiet : c->limits.window, f->now)) {
		failures_free(*of);
		*of = NULL;
	}
	while (*of == NULL &&
	    (*of = failures_new(c->limits.count, f->now, c->limits.memory)) ==
		NULL &&
	    lru_give_way(c->servers, s))
		;
	if (*of == NULL)
		c->no_memory++;
	return *of;
}

/* ICMP answers every copy of a request and every SYN. */
static bool
is_known(const struct connection *c, const struct failures *all,
    const struct connection_failure *f)
{
	return f->class == CONNECTION_UNREACHABLE &&
	    failures_has_recent(
		all, &f->client, f->sequence, c->limits.transaction, f->now);
}

/* Nothing is kept of what a scan knocks at, lest it drives out what is known
 * of servers. */
static bool
is_scan(const struct connection *c, const struct connection_failure *f)
{
	const struct connserver *s = find_server(c, &f->server);

	return !f->worked &&
	    (s == NULL || (s->reached == 0 && !s->udp_worked)) &&
	    scanners_input(c->scanners, &f->client.address, &f->server,
		c->limits.window, f->now);
}

/* Requests beyond the count that raises the finding are not added. */
static void
add(struct connection *c, struct failures *all,
    const struct connection_failure *f)
{
	unsigned requests = f->requests > 0 ? f->requests : 1;

	if (requests > c->limits.count)
		requests = c->limits.count;
	while (requests-- > 0)
		failures_add(all, &f->client, f->sequence, f->now,
		    f->began != 0 ? f->began : f->wall);
	all->established = all->established || f->established;
	all->handshake = all->handshake || f->handshake;
}

void
connection_failed(struct connection *c, const struct connection_failure *f)
{
	struct failures *all;
	struct connserver *s;

	if (is_scan(c, f)) {
		c->scans++;
		return;
	}
	s = server_of(c, &f->server);
	if (s == NULL)
		return;
	all = failures_of(c, s, f);
	if (all == NULL || is_known(c, all, f))
		return;
	if (f->udp)
		c->udp_failed = f->now;
	add(c, all, f);
	s->udp_worked = s->udp_worked || has_answered(c, &f->server);
	all->tcp = all->tcp || !f->udp;
	all->udp = all->udp || f->udp;
	if (!all->raised && !failures_are_enough(all, c->limits.window, f->now))
		return;
	all->raised = true;
	fill_evidence(&c->evidence, s, all, f);
	tell(c, s, f->class,
	    (struct finding){
		.change = FINDING_TROUBLE,
		.evidence = &c->evidence,
		.known = s->reached > CONNECTION_ANSWERED || s->udp_worked,
		.now = f->now,
		.wall = f->wall,
		.began = failures_began(all),
	    });
}

/* How far a connection must get to show that it works again.  Where those that
 * worked die, that they work at first shows nothing. */
static enum connection_stage
cure_of(const struct connserver *s, size_t class)
{
	const struct failures *all = s->failures[class];

	if (all->established)
		return CONNECTION_KEPT;
	return all->handshake ? CONNECTION_SECURED : classes[class].cure;
}

static void
cure(struct connection *c, struct connserver *s, enum connection_class class,
    const struct connection_success *w)
{
	struct failures *all = s->failures[class];

	if (w->udp ? !all->udp : !all->tcp)
		return;
	if (!all->raised || !failures_are_refuted(all, &w->client.address)) {
		failures_forgive(all, &w->client.address, w->now);
		return;
	}
	failures_free(all);
	s->failures[class] = NULL;
	tell(c, s, class,
	    (struct finding){
		.change = FINDING_HEALTHY,
		.now = w->now,
		.wall = w->wall,
	    });
}

void
connection_worked(struct connection *c, const struct connection_success *w)
{
	struct connserver *s = server_of(c, &w->server);

	if (s == NULL)
		return;
	s->udp_worked = s->udp_worked || w->udp;
	if (!w->udp && w->stage <= CONNECTION_SECURED &&
	    s->reached <= (unsigned)w->stage)
		s->reached = (uint8_t)(w->stage + 1);
	if (s->udp_worked || s->reached > CONNECTION_ANSWERED)
		lru_keep(c->servers, s);
	for (size_t i = 0; i < CONNECTION_CLASSES; i++)
		if (s->failures[i] != NULL && w->stage >= cure_of(s, i))
			cure(c, s, (enum connection_class)i, w);
}

void
connection_udp_worked(struct connection *c, const struct endpoint *client,
    const struct endpoint *server, nstime now, nstime wall)
{
	const struct connection_success w = {
		.stage = CONNECTION_ANSWERED,
		.udp = true,
		.client = *client,
		.server = *server,
		.now = now,
		.wall = wall,
	};

	*place_of(c, server) = *server;
	if (c->udp_failed == INT64_MIN ||
	    nstime_passed(c->udp_failed, c->limits.quiet, now))
		return;
	if (find_server(c, server) != NULL)
		connection_worked(c, &w);
}

void
connection_stats(const struct connection *c, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "connection.scans", c->scans);
	output(arg, COUNTER_LIMIT, "connection.evicted",
	    lru_evicted(c->servers) + scanners_evicted(c->scanners));
	output(arg, COUNTER_LIMIT, "connection.no_memory",
	    c->no_memory + lru_failed(c->servers));
}

/* Of servers that are saved; 0: nothing is. */
static unsigned
worth(const struct connserver *s)
{
	if (connserver_is_failing(s))
		return 3;
	return s->reached > 0 ? 2 : connserver_is_suspect(s);
}

/* Servers that fail come first, then those that work, then those that only a
 * few attempts are known of; the latest first. */
void
connection_save(const struct connection *c, struct record *r)
{
	const bool udp_failed = c->udp_failed != INT64_MIN;
	const struct connserver *s;
	size_t saved = 0;

	record_flag(r, udp_failed);
	record_time(r, udp_failed ? c->udp_failed : 0);
	for (unsigned rank = 3; rank > 0; rank--)
		for (s = lru_newest(c->servers); s != NULL; s = lru_older(s)) {
			if (worth(s) != rank || saved == CONNECTION_SAVED ||
			    record_left(r) < SPARE)
				continue;
			connserver_save(s, r);
			saved++;
		}
	record_more(r, false);
	scanners_save(c->scanners, r);
}

static struct connserver *
new_server(struct connection *c, const struct endpoint *endpoint)
{
	if (lru_count(c->servers) >= c->limits.servers ||
	    find_server(c, endpoint) != NULL)
		return NULL;
	return add_server(c, endpoint);
}

static void
load_server(
    struct connection *c, struct cursor *from, const struct record_shift *shift)
{
	struct connserver loaded = { .reached = 0 };
	struct connserver *s = NULL;

	if (connserver_load(&loaded, &c->limits, from, shift))
		s = new_server(c, &loaded.endpoint);
	if (s == NULL) {
		connserver_done(NULL, &loaded);
		return;
	}
	s->reached = loaded.reached;
	memcpy(s->failures, loaded.failures, sizeof(s->failures));
	lru_age(c->servers, s); /* saved the latest first */
}

bool
connection_load(
    struct connection *c, struct cursor *from, const struct record_shift *shift)
{
	const bool udp_failed = record_read_flag(from);
	const nstime when = record_read_now(from, shift->watching);

	c->udp_failed = udp_failed ? when : INT64_MIN;
	while (record_read_more(from))
		load_server(c, from, shift);
	/* States of an older version end here. */
	if (from->rest.len > 0)
		scanners_load(c->scanners, from, shift->real);
	return !from->bad;
}
