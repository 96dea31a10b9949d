/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/decrypt.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "tls/inner/cipherstream.h"
#include "tls/inner/recordqueue.h"

/* The private key operations that hostile handshakes may ask for: at 2048 bits
 * a tenth of one core. */
enum { PRIVATE_KEY_RATE = 100, PRIVATE_KEY_BURST = 500 };

/* The state of a connection that is decrypted. */
struct decrypt_conversation {
	struct tcpreasm_event tcp; /* of what is reported */
	struct recordqueue queue;
	struct cipherstream stream;
	bool swapped; /* the TLS client is what TCP calls server */
	bool opened;
	bool waiting;
	nstime since; /* it waits */
	TAILQ_ENTRY(decrypt_conversation) by_wait;
	void **slot;
};

/* With what OpenSSL keeps for both directions, about. */
enum { CONVERSATION_OCTETS = sizeof(struct decrypt_conversation) + 4096 };

struct decrypt {
	struct decrypt_limits limits;
	decrypt_output *output;
	void *arg;
	struct cipherstream_shared shared;
	struct recordqueue_budget budget;
	TAILQ_HEAD(, decrypt_conversation) waiting; /* the oldest first */
	uint64_t news; /* of secrets, when those that wait were looked at */
	size_t count;
	uint64_t opened, no_memory, reasons[DECRYPT_REASONS];
};

/* *slot of a connection that is not looked at any more holds this address,
 * which nothing else has, and which nobody writes to. */
static const char closed;
#define CLOSED ((void *)(uintptr_t)&closed)

struct decrypt *
decrypt_new(const struct decrypt_limits *limits, struct secrets *secrets,
    decrypt_output *output, void *arg)
{
	struct decrypt *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	TAILQ_INIT(&d->waiting);
	d->output = output;
	d->arg = arg;
	d->shared.negotiation.secrets = secrets;
	d->shared.plain = malloc(TLSRECORD_MOST_OCTETS);
	if (d->shared.plain == NULL) {
		free(d);
		return NULL;
	}
	tokenbucket_init(&d->shared.negotiation.private_keys, PRIVATE_KEY_RATE,
	    PRIVATE_KEY_BURST, 0);
	decrypt_set(d, limits);
	return d;
}

void
decrypt_free(struct decrypt *d)
{
	if (d == NULL)
		return;
	free(d->shared.plain);
	free(d);
}

void
decrypt_set(struct decrypt *d, const struct decrypt_limits *limits)
{
	d->limits = *limits;
	d->budget.limit = limits->held;
	d->budget.memory = limits->memory;
	d->shared.negotiation.budget.holdings.limit = limits->handshakes;
	d->shared.negotiation.budget.holdings.memory = limits->memory;
}

bool
decrypt_reads(void *const *slot)
{
	const struct decrypt_conversation *c = *slot;

	return c != NULL && *slot != CLOSED && c->opened;
}

/* ---- those that wait ---- */

/* Without a key log nothing comes late. */
static bool
waits(const struct decrypt *d)
{
	return d->limits.wait > 0 &&
	    (d->limits.expected ||
		secrets_told(d->shared.negotiation.secrets) > 0);
}

/* Another thread may have seen the session that it resumes. */
static bool
may_be_shared(const struct decrypt *d, const struct decrypt_conversation *c)
{
	return d->limits.wait > 0 &&
	    secrets_is_shared(d->shared.negotiation.secrets) &&
	    cipherstream_reason(&c->stream) == DECRYPT_RESUMED;
}

static void
begin_waiting(struct decrypt *d, struct decrypt_conversation *c, nstime now)
{
	if (c->waiting)
		return;
	c->waiting = true;
	c->since = now;
	TAILQ_INSERT_TAIL(&d->waiting, c, by_wait);
}

static void
end_waiting(struct decrypt *d, struct decrypt_conversation *c)
{
	if (!c->waiting)
		return;
	c->waiting = false;
	TAILQ_REMOVE(&d->waiting, c, by_wait);
}

/* ---- reporting ---- */

static void
tell(const struct decrypt *d, const struct decrypt_conversation *c,
    struct decrypt_event e)
{
	e.tcp = &c->tcp;
	e.client = c->swapped ? c->tcp.server : c->tcp.client;
	e.server = c->swapped ? c->tcp.client : c->tcp.server;
	d->output(d->arg, &e);
}

static void
release(struct decrypt *d, struct decrypt_conversation *c)
{
	*c->slot = NULL;
	end_waiting(d, c);
	recordqueue_done(&c->queue, &d->budget);
	cipherstream_done(&c->stream, &d->shared);
	budget_give(d->limits.memory, CONVERSATION_OCTETS);
	free(c);
	d->count--;
}

static void
refuse(struct decrypt *d, struct decrypt_conversation *c,
    enum decrypt_reason reason)
{
	void **slot = c->slot;

	d->reasons[reason]++;
	tell(d, c,
	    (struct decrypt_event){
		.kind = DECRYPT_REFUSED,
		.reason = reason,
		.opened = c->opened,
	    });
	release(d, c);
	*slot = CLOSED;
}

static void
tell_opened(struct decrypt *d, struct decrypt_conversation *c)
{
	if (c->opened)
		return;
	c->opened = true;
	d->opened++;
	tell(d, c, (struct decrypt_event){ .kind = DECRYPT_OPENED });
}

static void
tell_stream(struct decrypt *d, struct decrypt_conversation *c,
    const struct recordqueue_item *item, struct slice plain)
{
	const uint64_t size = TLSRECORD_HEADER_OCTETS + item->octets.len;

	c->tcp.fact = plain.len > 0 ? TCPREASM_DATA : TCPREASM_GAP;
	/* The part after it does not begin with its first octet. */
	c->tcp.guessed |= plain.len == 0;
	c->tcp.direction = item->direction;
	c->tcp.octets = plain;
	c->tcp.offset = item->end - size;
	c->tcp.lost = 0;
	c->tcp.now = item->now;
	c->tcp.wall = item->wall;
	tell(d, c,
	    (struct decrypt_event){
		.kind = DECRYPT_STREAM,
		.size = size,
	    });
}

/* ---- records ---- */

static bool
is_server(
    const struct decrypt_conversation *c, enum tcpreasm_direction direction)
{
	return (direction == TCPREASM_TO_CLIENT) != c->swapped;
}

/* The first ClientHello decides who is client, if TCP could not. */
static void
take_sides(struct decrypt_conversation *c, const struct recordqueue_item *item)
{
	if (!c->stream.negotiation.client_hello &&
	    item->type == TLSRECORD_HANDSHAKE && item->octets.len > 0 &&
	    item->octets.p[0] == HANDSHAKE_CLIENT_HELLO)
		c->swapped = item->direction == TCPREASM_TO_CLIENT;
}

enum decrypt_reach { GO_ON, WAIT, OVER };

/* OVER: the connection is released. */
static enum decrypt_reach
read_item(struct decrypt *d, struct decrypt_conversation *c,
    const struct recordqueue_item *item)
{
	enum decrypt_reason reason = DECRYPT_NO_SECRET;
	struct slice plain = slice_of(NULL, 0);
	struct cipherstream_record record = {
		.type = item->type,
		.version = item->version,
		.body = item->octets,
		.now = item->now,
	};

	if (!item->missing)
		take_sides(c, item);
	record.server = is_server(c, item->direction);
	if (item->missing) {
		cipherstream_lost(&c->stream, &d->shared, record.server,
		    item->most, item->octets);
		tell_stream(d, c, item, plain);
		return GO_ON;
	}
	switch (cipherstream_input(
	    &c->stream, &d->shared, &record, &plain, &reason)) {
	case CIPHERSTREAM_NOTHING:
		return GO_ON;
	case CIPHERSTREAM_PLAIN:
		tell_opened(d, c);
		tell_stream(d, c, item, plain);
		return GO_ON;
	case CIPHERSTREAM_MISSING:
		tell_stream(d, c, item, slice_of(NULL, 0));
		return GO_ON;
	case CIPHERSTREAM_WAIT:
		return WAIT;
	case CIPHERSTREAM_GIVE_UP:
		refuse(d, c, reason);
		return OVER;
	}
	return GO_ON;
}

/* Read what is held, as far as secrets are known. */
static enum decrypt_reach
read_held(struct decrypt *d, struct decrypt_conversation *c)
{
	struct recordqueue_item item;
	enum decrypt_reach progress = GO_ON;

	while (progress == GO_ON && recordqueue_first(&c->queue, &item)) {
		progress = read_item(d, c, &item);
		if (progress == GO_ON)
			recordqueue_drop(&c->queue, &d->budget);
	}
	if (progress == GO_ON)
		end_waiting(d, c);
	return progress;
}

/* OVER: the connection is released. */
static enum decrypt_reach
take_item(struct decrypt *d, struct decrypt_conversation *c,
    const struct recordqueue_item *item, nstime now)
{
	const enum decrypt_reach progress =
	    c->waiting ? WAIT : read_item(d, c, item);

	if (progress != WAIT)
		return progress;
	if (!waits(d) && !may_be_shared(d, c)) {
		refuse(d, c, cipherstream_reason(&c->stream));
		return OVER;
	}
	if (!recordqueue_hold(
		&c->queue, &d->budget, d->limits.connection, item)) {
		refuse(d, c, DECRYPT_LIMIT);
		return OVER;
	}
	begin_waiting(d, c, now);
	return WAIT;
}

/* ---- connections ---- */

/* Refuse a connection that is not decrypted from the start. */
static void
pass_by(struct decrypt *d, const struct tcpreasm_event *e, void **slot,
    enum decrypt_reason reason)
{
	struct decrypt_conversation c = { .tcp = *e, .slot = slot };

	*slot = CLOSED;
	d->reasons[reason]++;
	tell(d, &c,
	    (struct decrypt_event){
		.kind = DECRYPT_REFUSED,
		.reason = reason,
	    });
}

/* NULL: it is not to be decrypted. */
static struct decrypt_conversation *
begin(struct decrypt *d, const struct tcpreasm_event *e, void **slot)
{
	const bool midway = e->guessed || e->offset > 0;
	struct decrypt_conversation *c;

	if (!secrets_any(d->shared.negotiation.secrets) && !waits(d))
		return NULL;
	if (midway && !tlsrecord_plausible(e->octets))
		return NULL;
	if (midway && !tlsrecord_is_client_hello(e->octets)) {
		pass_by(d, e, slot, DECRYPT_NO_HANDSHAKE);
		return NULL;
	}
	if (!midway && !tlsrecord_may_begin(e->octets)) {
		*slot = CLOSED;
		return NULL;
	}
	if (d->count >= d->limits.connections) {
		pass_by(d, e, slot, DECRYPT_LIMIT);
		return NULL;
	}
	c = calloc(1, sizeof(*c));
	if (c == NULL || !budget_take(d->limits.memory, CONVERSATION_OCTETS)) {
		free(c);
		d->no_memory++;
		*slot = CLOSED;
		return NULL;
	}
	recordqueue_init(&c->queue, midway);
	c->tcp = *e;
	c->slot = slot;
	*slot = c;
	d->count++;
	return c;
}

static void
data(struct decrypt *d, const struct tcpreasm_event *e, void **slot)
{
	struct decrypt_conversation *c =
	    *slot == NULL ? begin(d, e, slot) : *slot;
	struct recordqueue_item item;

	if (c == NULL)
		return;
	c->tcp.user = e->user;
	recordqueue_input(&c->queue, e);
	while (recordqueue_cut_next(&c->queue, &d->budget, e, &item))
		if (take_item(d, c, &item, e->now) == OVER)
			return;
	if (recordqueue_foreign(&c->queue, e->direction)) {
		release(d, c);
		*slot = CLOSED;
	}
}

static void
gap(struct decrypt *d, const struct tcpreasm_event *e,
    struct decrypt_conversation *c)
{
	struct recordqueue_item item;

	if (recordqueue_gap(&c->queue, &d->budget, e, &item))
		take_item(d, c, &item, e->now);
}

static void
forget(struct decrypt *d, struct decrypt_conversation *c, void **slot)
{
	if (c->waiting)
		refuse(d, c, cipherstream_reason(&c->stream));
	else
		release(d, c);
	*slot = NULL;
}

void
decrypt_input(struct decrypt *d, const struct tcpreasm_event *e, void **slot)
{
	if (*slot == CLOSED) {
		if (e->fact == TCPREASM_FORGOTTEN)
			*slot = NULL;
	} else if (e->fact == TCPREASM_DATA) {
		data(d, e, slot);
	} else if (*slot != NULL && e->fact == TCPREASM_GAP) {
		gap(d, e, *slot);
	} else if (*slot != NULL && e->fact == TCPREASM_FORGOTTEN) {
		forget(d, *slot, slot);
	}
}

/* Give up those that have waited for so long. */
static void
give_up(struct decrypt *d, nstime wait, nstime now)
{
	struct decrypt_conversation *c;

	while ((c = TAILQ_FIRST(&d->waiting)) != NULL &&
	    nstime_passed(c->since, wait, now))
		refuse(d, c, cipherstream_reason(&c->stream));
}

void
decrypt_tick(struct decrypt *d, nstime now)
{
	struct decrypt_conversation *c, *next;

	if (secrets_news(d->shared.negotiation.secrets) != d->news) {
		d->news = secrets_news(d->shared.negotiation.secrets);
		for (c = TAILQ_FIRST(&d->waiting); c != NULL; c = next) {
			next = TAILQ_NEXT(c, by_wait);
			read_held(d, c);
		}
	}
	give_up(d, d->limits.wait, now);
}

nstime
decrypt_next_deadline(const struct decrypt *d)
{
	const struct decrypt_conversation *c = TAILQ_FIRST(&d->waiting);

	return c == NULL ? NSTIME_NEVER
			 : nstime_after(c->since, d->limits.wait);
}

void
decrypt_finish(struct decrypt *d, nstime now)
{
	decrypt_tick(d, now);
	give_up(d, 0, NSTIME_NEVER);
}

void
decrypt_counts(const struct decrypt *d, struct decrypt_counts *counts)
{
	counts->opened = d->opened;
	memcpy(counts->refused, d->reasons, sizeof(counts->refused));
}

void
decrypt_stats(const struct decrypt *d, counter_output *output, void *arg)
{
	for (size_t i = 0; i < DECRYPT_REASONS; i++)
		output(arg, i == DECRYPT_LIMIT ? COUNTER_LIMIT : COUNTER_EVENT,
		    decrypt_reason_counter((enum decrypt_reason)i),
		    d->reasons[i]);
	cipherstream_stats(&d->shared, output, arg);
	output(arg, COUNTER_LIMIT, "decrypt.over_limit", d->budget.over);
	negotiation_stats(&d->shared.negotiation, output, arg);
	output(arg, COUNTER_LIMIT, "decrypt.no_memory", d->no_memory);
	secrets_stats(d->shared.negotiation.secrets, output, arg);
}
