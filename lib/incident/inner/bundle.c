/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/bundle.h"

/* "clock 10.0.0.11", "one_cannot_reach 10.0.0.11 10.0.0.21", .. */
struct slice
bundle_key_of(const struct cause *cause, char *key)
{
	struct textbuf t;

	textbuf_init(&t, key, BUNDLE_KEY);
	textbuf_add(&t, cause_name(cause->kind));
	if (cause->kind != CAUSE_RELAY_UNREACHABLE &&
	    cause->host.version != 0) {
		textbuf_add(&t, " ");
		endpoint_address_write(&t, &cause->host);
	}
	if (cause->server.version != 0) {
		textbuf_add(&t, " ");
		endpoint_address_write(&t, &cause->server);
	}
	if (cause->kind == CAUSE_MEDIA_ENCRYPTION) {
		textbuf_add(&t, " ");
		textbuf_add_slice(&t, cause->domain);
	}
	return textbuf_slice(&t);
}

void
bundle_init(struct bundle *b, const struct cause *cause)
{
	TAILQ_INIT(&b->parts);
	b->cause = *cause;
	b->since = b->failed = b->stepped = NSTIME_NEVER;
	b->key_len = bundle_key_of(cause, b->key).len;
	b->cause.seed = NULL;
	b->cause.domain = slice_of(NULL, 0);
}

struct slice
bundle_domain(const struct bundle *b)
{
	const struct slice key = slice_of(b->key, b->key_len);

	return b->cause.kind == CAUSE_MEDIA_ENCRYPTION
	    ? slice_after(key, slice_index(key, ' ') + 1)
	    : slice_of(NULL, 0);
}

static void
lower(nstime *least, nstime value)
{
	if (value < *least)
		*least = value;
}

/* The clock of the bundle is that of its host. */
static void
follow_clock(struct bundle *b, const struct symptom *p)
{
	const struct sighting *s = &p->latest;

	if (!endpoint_address_equal(&s->server.address, &b->cause.host) &&
	    b->offset != 0)
		return;
	if (p->kind == FINDING_ZONE_CHANGE && b->offset != 0)
		return;
	b->offset = s->offset;
	memcpy(b->shape, s->shape, sizeof(b->shape));
	if (s->stepped) {
		b->stepped = s->began;
		b->step = s->step;
	}
}

void
bundle_follow(struct bundle *b, const struct symptom *p)
{
	const struct sighting *s = &p->latest;

	lower(&b->since, s->began);
	if (s->role == SIGHTING_CLOCK)
		follow_clock(b, p);
	if (s->role != SIGHTING_FAILURE)
		return;
	lower(&b->failed, s->began);
	b->mras |= s->mras;
}

void
bundle_add(struct bundle *b, struct symptom *p)
{
	TAILQ_INSERT_TAIL(&b->parts, p, in_bundle);
	p->bundle = b;
	b->part_count++;
	bundle_follow(b, p);
}

static uint64_t
timeouts_of(const struct symptom *p)
{
	return p->kind == FINDING_TRANSACTION_TIMEOUT ? p->count : 0;
}

void
bundle_remove(struct bundle *b, struct symptom *p, bool over)
{
	TAILQ_REMOVE(&b->parts, p, in_bundle);
	p->bundle = NULL;
	b->part_count--;
	if (!over)
		return;
	b->ended += timeouts_of(p);
	b->connections += p->latest.attempts;
}

uint64_t
bundle_timeouts(const struct bundle *b)
{
	uint64_t count = b->ended;
	const struct symptom *p;

	TAILQ_FOREACH (p, &b->parts, in_bundle)
		count += timeouts_of(p);
	return count;
}

uint64_t
bundle_connections(const struct bundle *b)
{
	uint64_t count = b->connections;
	const struct symptom *p;

	TAILQ_FOREACH (p, &b->parts, in_bundle)
		count += p->latest.attempts;
	return count;
}

/* At a port of the relay service: its clients are Front Ends, its servers
 * Edges. */
static void
note_role(struct bundle *b, const struct symptom *p)
{
	const struct address *host = b->cause.kind == CAUSE_RELAY_UNREACHABLE
	    ? &b->cause.server
	    : &b->cause.host;

	b->mras = true;
	if (endpoint_address_equal(&p->latest.server.address, host))
		b->role = BUNDLE_EDGE;
	else if (symptom_has_client(p, host))
		b->role = BUNDLE_FRONT_END;
}

static size_t
other_servers(const struct bundle *b)
{
	const struct symptom *p;
	size_t others = 0;

	TAILQ_FOREACH (p, &b->parts, in_bundle)
		others += p->latest.role == SIGHTING_FAILURE &&
		    !endpoint_address_equal(
			&p->latest.server.address, &b->server.address);
	return others;
}

static void
raise_to(size_t *most, size_t value)
{
	if (value > *most)
		*most = value;
}

bool
bundle_has_earlier(const struct bundle *b, const struct symptom *part,
    const struct address *client)
{
	const struct symptom *p = TAILQ_FIRST(&b->parts);

	for (; p != part; p = TAILQ_NEXT(p, in_bundle))
		if (p->latest.role == SIGHTING_FAILURE &&
		    symptom_has_client(p, client))
			return true;
	return false;
}

/* Clients beyond a part's limit are not kept apart. */
static size_t
clients_of(const struct bundle *b)
{
	const struct symptom *p;
	size_t count = 0, more = 0;

	TAILQ_FOREACH (p, &b->parts, in_bundle) {
		if (p->latest.role != SIGHTING_FAILURE)
			continue;
		raise_to(&more, p->more_clients);
		for (size_t i = 0; i < p->client_count; i++)
			count += !bundle_has_earlier(b, p, &p->clients[i]);
	}
	return count + more;
}

void
bundle_note(struct bundle *b, const struct portset *relay)
{
	const struct symptom *p, *most = NULL;
	size_t peers = 0;

	TAILQ_FOREACH (p, &b->parts, in_bundle) {
		peers += p->kind == FINDING_CLOCK_SKEW;
		if (p->latest.role != SIGHTING_FAILURE)
			continue;
		if (most == NULL || p->count > most->count)
			most = p;
		if (p->latest.mras || portset_has(relay, p->latest.server.port))
			note_role(b, p);
	}
	raise_to(&b->peers, peers);
	raise_to(&b->clients, clients_of(b));
	if (most == NULL)
		return;
	b->server = most->latest.server;
	raise_to(&b->other_servers, other_servers(b));
}

enum finding_severity
bundle_severity(const struct bundle *b)
{
	enum finding_severity gravest = FINDING_INFO;
	const struct symptom *p;

	TAILQ_FOREACH (p, &b->parts, in_bundle)
		if (p->severity < gravest)
			gravest = p->severity;
	return gravest;
}

static void
save_address(struct record *r, const struct address *a)
{
	record_flag(r, a->version != 0);
	if (a->version != 0)
		endpoint_address_save(r, a);
}

void
bundle_save(struct record *r, const struct bundle *b)
{
	record_text(r, slice_text(cause_name(b->cause.kind)));
	record_u32(r, (uint32_t)b->cause.score);
	record_u32(r, b->cause.reasons);
	save_address(r, &b->cause.host);
	save_address(r, &b->cause.server);
	record_time(r, b->since);
	record_flag(r, b->failed != NSTIME_NEVER);
	record_time(r, b->failed == NSTIME_NEVER ? 0 : b->failed);
	record_flag(r, b->stepped != NSTIME_NEVER);
	record_time(r, b->stepped == NSTIME_NEVER ? 0 : b->stepped);
	record_time(r, b->offset);
	record_time(r, b->step);
	record_text(r, slice_text(b->shape));
	record_flag(r, b->server.address.version != 0);
	if (b->server.address.version != 0)
		endpoint_save(r, &b->server);
	record_u32(r, (uint32_t)b->other_servers);
	record_u32(r, (uint32_t)b->clients);
	record_u32(r, (uint32_t)b->peers);
	record_u64(r, b->connections);
	record_u8(r, (uint8_t)b->role);
	record_u64(r, b->ended);
	record_flag(r, b->mras);
	record_flag(r, b->healthy);
	record_text(r, slice_of(b->key, b->key_len));
}

static void
load_address(struct address *a, struct cursor *c)
{
	if (record_read_flag(c))
		*a = endpoint_address_load(c);
}

static enum cause_kind
load_kind(struct cursor *c)
{
	const struct slice name = record_read_text(c, 64);

	for (unsigned i = CAUSE_NONE + 1; i < CAUSE_KINDS; i++)
		if (slice_is(name, cause_name(i)))
			return i;
	c->bad = true;
	return CAUSE_NONE;
}

static nstime
load_time(struct cursor *c)
{
	const bool known = record_read_flag(c);
	const nstime t = record_read_time(c);

	return known ? t : NSTIME_NEVER;
}

static size_t
load_text(char *to, size_t room, struct slice text)
{
	struct textbuf t;

	textbuf_init(&t, to, room);
	textbuf_add_slice(&t, text);
	return t.len;
}

bool
bundle_load(struct bundle *b, struct cursor *c)
{
	TAILQ_INIT(&b->parts);
	b->cause.kind = load_kind(c);
	b->cause.score = (int)record_read_below(c, 4, 100);
	b->cause.reasons = cursor_le32(c);
	load_address(&b->cause.host, c);
	load_address(&b->cause.server, c);
	b->since = record_read_time(c);
	b->failed = load_time(c);
	b->stepped = load_time(c);
	b->offset = record_read_time(c);
	b->step = record_read_time(c);
	load_text(b->shape, sizeof(b->shape),
	    record_read_line(c, sizeof(b->shape) - 1));
	if (record_read_flag(c))
		b->server = endpoint_load(c);
	b->other_servers = cursor_le32(c);
	b->clients = cursor_le32(c);
	b->peers = cursor_le32(c);
	b->connections = cursor_le64(c);
	b->role = record_read_below(c, 1, BUNDLE_EDGE + 1);
	b->ended = cursor_le64(c);
	b->mras = record_read_flag(c);
	b->healthy = record_read_flag(c);
	b->key_len = load_text(
	    b->key, sizeof(b->key), record_read_line(c, BUNDLE_KEY - 1));
	return !c->bad && b->key_len > 0;
}
