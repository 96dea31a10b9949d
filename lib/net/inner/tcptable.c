/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcptable.h"

#include <stdlib.h>

/* Within a queue a connection moves once in this time, not for each segment:
 * moving costs the cache lines of two neighbors. */
#define TOUCH (1 * NSTIME_S)

/*
 * What the rooms above keep of a connection, and its places in tables and
 * timers: drawn here for all of them, since they keep it as long as it is known
 * here.  As measured, by the growth of the process: 200 of one that is open,
 * then 250 where it carries TLS and 370 where it carries SIP.
 */
enum {
	FRESH_OCTETS = 200,   /* beside itself */
	CARRYING_OCTETS = 384 /* in addition */
};

static const struct tcpconn *
of_id(const struct table_entry *entry)
{
	return (const struct tcpconn *)((const char *)entry -
	    offsetof(struct tcpconn, by_id));
}

static bool
same_id(const struct table_entry *entry, const void *id)
{
	return of_id(entry)->id == *(const uint64_t *)id;
}

/* Ids are numbers of packets, and so in the hands of who sends them. */
static uint64_t
hash_of_id(const struct tcptable *t, uint64_t id)
{
	return table_hash(t->by_id, slice_of(&id, sizeof(id)));
}

bool
tcptable_init(struct tcptable *t, const struct tcpreasm_limits *limits)
{
	*t = (struct tcptable){ .recent = NULL };
	TAILQ_INIT(&t->all);
	for (int q = 0; q < TCPTABLE_QUEUES; q++)
		TAILQ_INIT(&t->queues[q]);
	t->by_endpoints =
	    table_new(limits->connections, &limits->key, tcpconn_equal);
	t->by_id = table_new(limits->connections, &limits->key, same_id);
	if (t->by_endpoints == NULL || t->by_id == NULL)
		return false;
	tcptable_set(t, limits);
	return true;
}

void
tcptable_done(struct tcptable *t)
{
	table_free(t->by_endpoints);
	table_free(t->by_id);
}

void
tcptable_set(struct tcptable *t, const struct tcpreasm_limits *limits)
{
	t->limit = limits->connections;
	t->memory = limits->memory;
	t->lifetimes[TCPTABLE_FRESH] = limits->idle;
	t->lifetimes[TCPTABLE_ENDED] = limits->linger;
	t->lifetimes[TCPTABLE_CARRYING] = limits->idle;
	table_set(t->by_endpoints, limits->connections);
	table_set(t->by_id, limits->connections);
}

/* True where `from' comes second in the hash: the order is the same whichever
 * sent. */
static bool
swapped(const struct endpoint *from, const struct endpoint *to)
{
	if (from->port != to->port)
		return from->port > to->port;
	return endpoint_compare(from, to) > 0;
}

/*
 * Both directions alike.  This is paid for each segment, hence the ports
 * first, which mostly differ, and the short key for IPv4; both keys are whole
 * words.
 */
static uint64_t
hash_of(const struct tcptable *t, const struct tcpreasm_segment *segment)
{
	const bool swap = swapped(&segment->from, &segment->to);
	const struct endpoint *low = swap ? &segment->to : &segment->from;
	const struct endpoint *high = swap ? &segment->from : &segment->to;
	uint8_t key[40] = { 0 };

	memcpy(key, &low->port, sizeof(low->port));
	memcpy(key + 2, &high->port, sizeof(high->port));
	if (low->address.version == 4) {
		memcpy(key + 4, low->address.octets, 4);
		memcpy(key + 8, high->address.octets, 4);
		return table_hash(t->by_endpoints, slice_of(key, 16));
	}
	memcpy(key + 8, low->address.octets, 16);
	memcpy(key + 24, high->address.octets, 16);
	return table_hash(t->by_endpoints, slice_of(key, sizeof(key)));
}

struct tcpconn *
tcptable_find(struct tcptable *t, const struct tcpreasm_segment *segment)
{
	if (t->recent == NULL ||
	    !tcpconn_equal(&t->recent->by_endpoints, segment))
		t->recent = (struct tcpconn *)table_find(
		    t->by_endpoints, hash_of(t, segment), segment);
	return t->recent;
}

struct tcpconn *
tcptable_find_id(const struct tcptable *t, uint64_t id)
{
	const struct table_entry *entry;

	if (t->recent != NULL && t->recent->id == id)
		return t->recent;
	entry = table_find(t->by_id, hash_of_id(t, id), &id);
	return entry == NULL ? NULL : (struct tcpconn *)of_id(entry);
}

static struct tcpconn *
new_connection(const struct tcptable *t, const struct endpoint *client,
    const struct endpoint *server)
{
	struct tcpconn *c = tcpconn_new(client, server);

	if (c != NULL &&
	    !budget_take(t->memory, tcpconn_octets(c) + FRESH_OCTETS)) {
		free(c);
		return NULL;
	}
	return c;
}

static void
free_connection(const struct tcptable *t, struct tcpconn *c)
{
	budget_give(t->memory, tcpconn_octets(c) + FRESH_OCTETS);
	if (c->weighty)
		budget_give(t->memory, CARRYING_OCTETS);
	free(c);
}

struct tcpconn *
tcptable_add(struct tcptable *t, const struct tcpreasm_segment *segment,
    bool server_sent)
{
	struct tcpconn *c = server_sent
	    ? new_connection(t, &segment->to, &segment->from)
	    : new_connection(t, &segment->from, &segment->to);

	if (c == NULL)
		return NULL;
	c->id = segment->number;
	if (!table_add(t->by_id, &c->by_id, hash_of_id(t, c->id))) {
		free_connection(t, c);
		return NULL;
	}
	if (!table_add(
		t->by_endpoints, &c->by_endpoints, hash_of(t, segment))) {
		table_remove(t->by_id, &c->by_id);
		free_connection(t, c);
		return NULL;
	}
	c->findable = true;
	c->last = segment->now;
	c->queue = TCPTABLE_FRESH;
	TAILQ_INSERT_TAIL(&t->queues[c->queue], c, by_idle);
	TAILQ_INSERT_TAIL(&t->all, c, by_age);
	return c;
}

struct tcpconn *
tcptable_dispensable(const struct tcptable *t, const struct tcpconn *but)
{
	for (int q = 0; q < TCPTABLE_QUEUES; q++) {
		struct tcpconn *c = TAILQ_FIRST(&t->queues[q]);

		if (c == but && c != NULL)
			c = TAILQ_NEXT(c, by_idle);
		if (c != NULL)
			return c;
	}
	return NULL;
}

struct tcpconn *
tcptable_evictable(const struct tcptable *t)
{
	if (table_count(t->by_id) < t->limit)
		return NULL;
	return tcptable_dispensable(t, NULL);
}

bool
tcptable_carries(struct tcptable *t, struct tcpconn *c)
{
	if (!c->weighty)
		c->weighty = budget_take(t->memory, CARRYING_OCTETS);
	return c->weighty;
}

struct tcpconn *
tcptable_expired(const struct tcptable *t, nstime now)
{
	for (int q = 0; q < TCPTABLE_QUEUES; q++) {
		struct tcpconn *c = TAILQ_FIRST(&t->queues[q]);

		if (c != NULL && now - c->last >= t->lifetimes[q])
			return c;
	}
	return NULL;
}

nstime
tcptable_next_deadline(const struct tcptable *t)
{
	nstime deadline = NSTIME_NEVER;

	if (table_count(t->by_id) == 0)
		return NSTIME_NEVER;
	for (int q = 0; q < TCPTABLE_QUEUES; q++) {
		const struct tcpconn *c = TAILQ_FIRST(&t->queues[q]);

		if (c != NULL && t->lifetimes[q] < deadline - c->last)
			deadline = c->last + t->lifetimes[q];
	}
	return deadline;
}

void
tcptable_touch(struct tcptable *t, struct tcpconn *c, enum tcptable_queue queue,
    nstime now)
{
	if (c->queue == queue && now - c->last < TOUCH)
		return;
	TAILQ_REMOVE(&t->queues[c->queue], c, by_idle);
	TAILQ_INSERT_TAIL(&t->queues[queue], c, by_idle);
	c->queue = (uint8_t)queue;
	c->last = now;
}

void
tcptable_hide(struct tcptable *t, struct tcpconn *c)
{
	if (c->findable)
		table_remove(t->by_endpoints, &c->by_endpoints);
	c->findable = false;
	if (t->recent == c)
		t->recent = NULL;
}

void
tcptable_remove(struct tcptable *t, struct tcpconn *c)
{
	tcptable_hide(t, c);
	table_remove(t->by_id, &c->by_id);
	TAILQ_REMOVE(&t->queues[c->queue], c, by_idle);
	TAILQ_REMOVE(&t->all, c, by_age);
	free_connection(t, c);
}

size_t
tcptable_count(const struct tcptable *t)
{
	return table_count(t->by_id);
}
