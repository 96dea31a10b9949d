/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/associations.h"

#include <stdlib.h>

#include "base/lru.h"

/* TCP counts its flows by packets, and there are not as many. */
#define FIRST_FLOW (UINT64_C(1) << 63)

/* Sequence numbers begin anywhere: there is room below the first. */
#define FIRST_WRAP (UINT64_C(1) << 32)

/* One direction.  Offsets are of chunks. */
struct associations_way {
	bool begun;
	uint64_t high; /* of the latest chunk seen, or passed over */
};

/* The one that comes first in order is called the client. */
struct associations_key {
	struct endpoint client, server;
};

struct association {
	struct lru_entry entry; /* first */
	struct associations_key key;
	uint64_t flow;
	struct associations_way ways[2]; /* by enum tcpreasm_direction */
	struct event_flow facts;
};

struct associations {
	associations_output *output;
	void *arg;
	struct lru *table;
	uint64_t flows; /* so far */
};

static bool
same_ends(const struct table_entry *entry, const void *key)
{
	const struct association *a = (const struct association *)entry;
	const struct associations_key *k = key;

	return endpoint_equal(&a->key.client, &k->client) &&
	    endpoint_equal(&a->key.server, &k->server);
}

static void
forget(void *arg, void *object)
{
	struct associations *all = arg;
	const struct association *a = object;
	const struct event_flow gone = { .forgotten = true };

	all->output(all->arg, a->flow, &gone);
}

struct associations *
associations_new(
    const struct siphash_key *key, associations_output *output, void *arg)
{
	struct associations *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->output = output;
	a->arg = arg;
	a->table = lru_new(
	    &(struct lru_setup){
		.limit = ASSOCIATIONS,
		.octets = sizeof(struct association),
		.equal = same_ends,
		.done = forget,
		.arg = a,
	    },
	    key);
	if (a->table != NULL)
		return a;
	free(a);
	return NULL;
}

void
associations_free(struct associations *a)
{
	if (a == NULL)
		return;
	lru_free(a->table);
	free(a);
}

static uint64_t
hash_of(const struct associations *all, const struct associations_key *key)
{
	return endpoint_hash(all->table, &key->client) * 3 +
	    endpoint_hash(all->table, &key->server);
}

static struct association *
find(struct associations *all, const struct associations_key *key)
{
	struct association *a = lru_find(all->table, hash_of(all, key), key);

	if (a != NULL)
		lru_use(all->table, a);
	return a;
}

static struct association *
add(struct associations *all, const struct associations_key *key)
{
	struct association *a = lru_add(all->table, hash_of(all, key));

	if (a == NULL)
		return NULL;
	a->key = *key;
	a->flow = FIRST_FLOW + all->flows++;
	for (int i = 0; i < 2; i++)
		a->facts.ways[i] = (struct event_way){
			.last_gap = INT64_MIN,
			.hung_up = NSTIME_NEVER,
		};
	return a;
}

static void
tell(struct associations *all, const struct association *a)
{
	all->output(all->arg, a->flow, &a->facts);
}

/* The offset of a sequence number, near the latest one. */
static uint64_t
offset_of(struct associations_way *way, uint32_t tsn)
{
	if (!way->begun) {
		way->begun = true;
		way->high = FIRST_WRAP + tsn;
	}
	return way->high +
	    (uint64_t)(int64_t)(int32_t)(tsn - (uint32_t)way->high);
}

/* Chunks were passed over.  They may come after all: nothing is proven by their
 * absence meanwhile. */
static void
miss(struct associations *all, struct association *a,
    enum tcpreasm_direction whose, nstime now)
{
	a->facts.ways[whose].last_gap = now;
	tell(all, a);
}

static enum tcpreasm_direction
direction(bool to_server)
{
	return to_server ? TCPREASM_TO_SERVER : TCPREASM_TO_CLIENT;
}

static uint64_t
on_message(struct associations *all, const struct associations_key *key,
    const struct event_segment *s, nstime now, struct origin *origin)
{
	struct association *a = find(all, key);
	const enum tcpreasm_direction whose = direction(!s->second);
	struct associations_way *way;
	uint64_t first, last;

	if (a == NULL) {
		a = add(all, key);
		if (a == NULL)
			return 0;
		tell(all, a);
	}
	way = &a->ways[whose];
	first = offset_of(way, s->sequence);
	last = offset_of(way, s->sequence + (uint32_t)s->len - 1);
	if (first > way->high + 1)
		miss(all, a, whose, now);
	if (last > way->high)
		way->high = last;
	origin->flow = a->flow;
	origin->flow_end = last + 1;
	origin->to_server = !s->second;
	return a->flow;
}

/* What was acknowledged and not seen is lost before us. */
static void
on_acknowledged(struct associations *all, struct association *a,
    enum tcpreasm_direction whose, uint32_t tsn, nstime now)
{
	struct associations_way *way = &a->ways[whose];
	struct event_way *facts = &a->facts.ways[whose];
	uint64_t upto;

	if (!way->begun)
		return;
	upto = offset_of(way, tsn);
	if (upto + 1 <= facts->acknowledged)
		return;
	facts->acknowledged = upto + 1;
	if (upto > way->high) {
		facts->last_gap = now;
		way->high = upto;
	}
	tell(all, a);
}

static uint64_t
on_end(struct associations *all, struct association *a,
    enum tcpreasm_direction whose, nstime now)
{
	const uint64_t flow = a->flow;

	a->facts.ways[whose].hung_up = now;
	a->facts.ended = true;
	tell(all, a);
	lru_forget(all->table, a);
	return flow;
}

static struct associations_key
key_of(const struct endpoint *from, const struct endpoint *to, bool to_server)
{
	return (struct associations_key){
		.client = to_server ? *from : *to,
		.server = to_server ? *to : *from,
	};
}

struct event_segment
associations_segment(const struct decode_event *e)
{
	const struct sctp_event *s = &e->sctp;
	struct event_segment segment = {
		.sctp = true,
		.second = endpoint_compare(&e->from, &e->to) >= 0,
		.told = true,
		.from = e->from,
		.to = e->to,
	};

	switch (s->kind) {
	case SCTP_MESSAGE:
		segment.sequence = s->first_tsn;
		segment.len = (size_t)(s->tsn - s->first_tsn) + 1;
		break;
	case SCTP_ACKNOWLEDGED:
		segment.flags = TCP_ACK;
		segment.acknowledgement = s->tsn + 1;
		break;
	case SCTP_SHUT:
		segment.flags = TCP_FIN;
		break;
	}
	return segment;
}

uint64_t
associations_input(struct associations *all, const struct event_segment *s,
    nstime now, struct origin *origin)
{
	const struct associations_key key =
	    key_of(&s->from, &s->to, !s->second);
	struct association *a;

	if (s->flags == 0)
		return on_message(all, &key, s, now, origin);
	a = find(all, &key);
	if (a == NULL)
		return 0;
	if ((s->flags & TCP_FIN) != 0)
		return on_end(all, a, direction(!s->second), now);
	on_acknowledged(
	    all, a, direction(s->second), s->acknowledgement - 1, now);
	return a->flow;
}

bool
associations_place(struct associations *all, struct origin *origin)
{
	const bool to_server = endpoint_compare(&origin->from, &origin->to) < 0;
	const struct associations_key key =
	    key_of(&origin->from, &origin->to, to_server);
	struct association *a = find(all, &key);
	struct associations_way *way;

	if (a == NULL)
		return false;
	way = &a->ways[direction(to_server)];
	origin->flow = a->flow;
	origin->to_server = to_server;
	if (way->begun)
		origin->flow_end =
		    offset_of(way, (uint32_t)origin->flow_end - 1) + 1;
	return true;
}

void
associations_stats(
    const struct associations *a, counter_output *output, void *arg)
{
	output(
	    arg, COUNTER_LIMIT, "associations.evicted", lru_evicted(a->table));
	output(
	    arg, COUNTER_LIMIT, "associations.no_memory", lru_failed(a->table));
}
