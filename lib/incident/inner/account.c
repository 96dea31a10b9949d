/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/account.h"

/* Above this score nothing is asked for that would prove it. */
enum { THIN = 8, HEX_DIGITS = 16 };

struct account_list {
	char store[EVIDENCE_JOINED + 1];
	struct textbuf t;
};

static void
begin_list(struct account_list *l)
{
	textbuf_init(&l->t, l->store, sizeof(l->store));
}

static void
next_item(struct account_list *l)
{
	if (l->t.len > 0)
		textbuf_add(&l->t, ",");
}

/* Only whole items: one that is cut would be another. */
static void
add_item(struct account_list *l, struct slice item)
{
	if (l->t.len + 1 + item.len > EVIDENCE_JOINED)
		return;
	next_item(l);
	textbuf_add_slice(&l->t, item);
}

static void
end_list(struct account_list *l, struct evidence *e, const char *name)
{
	if (l->t.len > 0)
		evidence_list(e, name, l->store);
}

void
account_subject(struct textbuf *t, const struct bundle *b)
{
	if (b->cause.kind == CAUSE_RELAY_UNREACHABLE)
		endpoint_address_write(t, &b->cause.server);
	else if (b->cause.host.version != 0)
		endpoint_address_write(t, &b->cause.host);
	else
		textbuf_add_slice(t, bundle_domain(b));
}

/* The domain of calls that are refused, and whether it is called, or calls. */
static void
write_domain(struct evidence *e, const struct bundle *b)
{
	const struct slice domain = bundle_domain(b);
	size_t to = 0, from = 0;
	const struct symptom *p;

	if (domain.len == 0)
		return;
	TAILQ_FOREACH (p, &b->parts, in_bundle) {
		to += slice_equal(symptom_called(p), domain);
		from += slice_equal(symptom_caller(p), domain);
	}
	evidence_wire(e, "domain", domain);
	evidence_text(e, "direction",
	    to == b->part_count         ? "to"
		: from == b->part_count ? "from"
					: "both");
	evidence_integer(e, "domains", (int64_t)b->part_count);
}

static void
write_ids(struct evidence *e, const struct bundle *b)
{
	struct account_list l;
	const struct symptom *p;

	begin_list(&l);
	TAILQ_FOREACH (p, &b->parts, in_bundle) {
		char store[HEX_DIGITS + 1];
		struct textbuf id;

		textbuf_init(&id, store, sizeof(store));
		textbuf_hex(&id, p->id, HEX_DIGITS);
		add_item(&l, textbuf_slice(&id));
	}
	end_list(&l, e, "alerts");
}

static bool
is_troubled(const struct lru *parts, const struct address *host)
{
	for (const struct symptom *p = lru_oldest(parts); p != NULL;
	     p = lru_newer(p))
		if (symptom_concerns(p, host))
			return true;
	return false;
}

static void
write_pool(struct evidence *e, const struct bundle *b,
    const struct account_context *context)
{
	const struct pools_pool *pool =
	    pools_find(context->pools, &b->cause.host);
	int64_t well = 0;

	if (pool == NULL)
		return;
	evidence_text(e, "pool", pool->name);
	for (size_t i = 0; i < pool->member_count; i++)
		well += !is_troubled(context->parts, &pool->members[i]);
	evidence_integer(e, "pool_members", (int64_t)pool->member_count);
	evidence_integer(e, "pool_well", well);
}

/* Hosts whose clocks are wrong alike, the first one first. */
static void
write_peers(struct evidence *e, const struct bundle *b)
{
	struct account_list l;
	const struct symptom *p;

	if (b->peers < 2)
		return;
	begin_list(&l);
	TAILQ_FOREACH (p, &b->parts, in_bundle) {
		char store[64];
		struct textbuf peer;

		if (p->kind != FINDING_CLOCK_SKEW)
			continue;
		textbuf_init(&peer, store, sizeof(store));
		endpoint_address_write(&peer, &p->latest.server.address);
		add_item(&l, textbuf_slice(&peer));
	}
	end_list(&l, e, "peers");
	evidence_integer(e, "peer_count", (int64_t)b->peers);
}

static void
write_role(struct evidence *e, const struct bundle *b)
{
	if (b->role == BUNDLE_ANY)
		return;
	evidence_text(e, "role", b->role == BUNDLE_EDGE ? "edge" : "front_end");
	evidence_boolean(e, "role_learnt", true);
}

/* The clients that the server failed, as far as its parts keep them apart. */
static void
write_clients(struct evidence *e, const struct bundle *b)
{
	struct account_list l;
	const struct symptom *p;

	begin_list(&l);
	TAILQ_FOREACH (p, &b->parts, in_bundle)
		for (size_t i = 0; i < p->client_count; i++) {
			char store[64];
			struct textbuf client;

			if (bundle_has_earlier(b, p, &p->clients[i]))
				continue;
			textbuf_init(&client, store, sizeof(store));
			endpoint_address_write(&client, &p->clients[i]);
			add_item(&l, textbuf_slice(&client));
		}
	end_list(&l, e, "client_list");
}

static void
write_servers(struct evidence *e, const struct bundle *b)
{
	if (b->server.address.version == 0)
		return;
	evidence_endpoint(e, "server", &b->server);
	if (b->other_servers > 0)
		evidence_integer(e, "other_servers", (int64_t)b->other_servers);
	if (b->cause.kind != CAUSE_RELAY_UNREACHABLE)
		return;
	evidence_integer(e, "clients", (int64_t)b->clients);
	write_clients(e, b);
}

static void
write_counts(struct evidence *e, const struct bundle *b)
{
	const uint64_t connections = bundle_connections(b);

	evidence_integer(e, "timeouts", (int64_t)bundle_timeouts(b));
	if (connections > 0)
		evidence_integer(e, "connections_failed", (int64_t)connections);
}

static void
write_clock(struct evidence *e, const struct bundle *b)
{
	if (b->cause.kind != CAUSE_CLOCK)
		return;
	if (b->offset != 0)
		evidence_seconds(e, "offset_s", b->offset, 1);
	if (b->shape[0] != '\0')
		evidence_text(e, "shape", b->shape);
	if (b->stepped == NSTIME_NEVER)
		return;
	evidence_seconds(e, "step_s", b->step, 1);
	evidence_time(e, "stepped_at", b->stepped);
}

static void
write_reasons(
    struct evidence *e, const struct bundle *b, const char *name, bool supports)
{
	struct account_list l;

	begin_list(&l);
	for (unsigned i = 0; i < REASON_COUNT; i++) {
		if ((b->cause.reasons >> i & 1) == 0 ||
		    (reason_sign(i) > 0) != supports)
			continue;
		add_item(&l, slice_text(reason_text(i)));
	}
	end_list(&l, e, name);
}

static bool
has(const struct bundle *b, enum reason reason)
{
	return (b->cause.reasons >> reason & 1) != 0;
}

/* Advise checks where the evidence is thin. */
static void
write_proof(struct evidence *e, const struct bundle *b)
{
	struct account_list l;

	begin_list(&l);
	if (has(b, REASON_VIEW_IN_DOUBT))
		add_item(&l, slice_text("mirror both directions without loss"));
	if (has(b, REASON_MONITOR_SUSPECT))
		add_item(
		    &l, slice_text("check the time service of this monitor"));
	if (has(b, REASON_NOBODY_REACHES))
		add_item(&l,
		    slice_text("mirror another client of that server: if it "
			       "is answered the server is well"));
	if (has(b, REASON_ORDER_UNKNOWN))
		add_item(&l,
		    slice_text("look in the system log of that host when its "
			       "clock or zone was set"));
	if (b->cause.kind == CAUSE_RELAY_UNREACHABLE)
		add_item(&l,
		    slice_text("open the port from a Front End by hand and "
			       "read the log of the relay service"));
	if (b->cause.kind == CAUSE_ONE_CANNOT_REACH)
		add_item(&l,
		    slice_text("compare route and firewall rules with those "
			       "of a client that gets through"));
	end_list(&l, e, "prove");
}

static void
write_left(struct evidence *e, const struct bundle *b)
{
	struct account_list l;
	const struct symptom *p;

	begin_list(&l);
	TAILQ_FOREACH (p, &b->parts, in_bundle) {
		char store[160];
		struct textbuf item;

		textbuf_init(&item, store, sizeof(store));
		textbuf_add(&item, finding_kind_name(p->kind));
		textbuf_add(&item, " ");
		textbuf_add_slice(&item, symptom_subject(p));
		add_item(&l, textbuf_slice(&item));
	}
	end_list(&l, e, "open");
}

void
account_write(struct evidence *e, const struct bundle *b,
    const struct account_context *context)
{
	evidence_init(e);
	evidence_text(e, "cause", cause_name(b->cause.kind));
	if (b->cause.kind != CAUSE_RELAY_UNREACHABLE &&
	    b->cause.host.version != 0)
		evidence_address(e, "peer", &b->cause.host);
	write_peers(e, b);
	write_role(e, b);
	write_pool(e, b, context);
	write_servers(e, b);
	write_domain(e, b);
	write_ids(e, b);
	write_counts(e, b);
	write_clock(e, b);
	evidence_time(e, "since", b->since);
	if (b->failed != NSTIME_NEVER)
		evidence_time(e, "failed_at", b->failed);
	evidence_boolean(e, "mras", b->mras);
	evidence_integer(e, "score", b->cause.score);
	write_reasons(e, b, "speaks_for", true);
	write_reasons(e, b, "speaks_against", false);
	if (b->cause.score < THIN)
		write_proof(e, b);
	write_left(e, b);
}
