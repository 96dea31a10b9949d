/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/hotpaths.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/lru.h"

/* Of a hot pair one packet in as long is told. */
#define EACH (250 * NSTIME_MS)

struct hotpaths_pair_key {
	struct address from, to;
};

struct hotpaths_pair {
	struct lru_entry entry;
	TAILQ_ENTRY(hotpaths_pair) hot;
	struct hotpaths_pair_key key;
	nstime last, told, until; /* until: INT64_MIN: it is not in the list */
};

struct hotpaths_flow {
	struct lru_entry entry;
	uint64_t flow;
	struct event latest; /* EVENT_FLOW */
	bool known;          /* .. was told by the reader */
	bool spoken[2];
	nstime spoke[2];
	nstime until;
};

struct hotpaths {
	hotpaths_output *output;
	void *arg;
	struct lru *pairs, *flows;
	TAILQ_HEAD(, hotpaths_pair) hot;
};

static bool
same_pair(const struct table_entry *entry, const void *key)
{
	return memcmp(&((const struct hotpaths_pair *)entry)->key, key,
		   sizeof(struct hotpaths_pair_key)) == 0;
}

static bool
same_flow(const struct table_entry *entry, const void *key)
{
	return ((const struct hotpaths_flow *)entry)->flow ==
	    *(const uint64_t *)key;
}

static void
on_pair_done(void *arg, void *object)
{
	struct hotpaths *h = arg;
	struct hotpaths_pair *p = object;

	if (p->until != INT64_MIN)
		TAILQ_REMOVE(&h->hot, p, hot);
}

struct hotpaths *
hotpaths_new(
    const struct hotpaths_limits *limits, hotpaths_output *output, void *arg)
{
	struct hotpaths *h = calloc(1, sizeof(*h));
	const struct lru_setup pairs = {
		.limit = limits->pairs,
		.octets = sizeof(struct hotpaths_pair),
		.equal = same_pair,
		.done = on_pair_done,
		.arg = h,
	};
	const struct lru_setup flows = {
		.limit = limits->flows,
		.octets = sizeof(struct hotpaths_flow),
		.equal = same_flow,
	};

	if (h == NULL)
		return NULL;
	h->output = output;
	h->arg = arg;
	TAILQ_INIT(&h->hot);
	h->pairs = lru_new(&pairs, &limits->key);
	h->flows = lru_new(&flows, &limits->key);
	if (h->pairs != NULL && h->flows != NULL)
		return h;
	hotpaths_free(h);
	return NULL;
}

void
hotpaths_free(struct hotpaths *h)
{
	if (h == NULL)
		return;
	lru_free(h->pairs);
	lru_free(h->flows);
	free(h);
}

static struct hotpaths_pair *
use_pair(
    struct hotpaths *h, const struct address *from, const struct address *to)
{
	struct hotpaths_pair_key key;
	struct hotpaths_pair *p;
	uint64_t hash;

	memset(&key, 0, sizeof(key));
	key.from = *from;
	key.to = *to;
	hash = lru_hash(h->pairs, slice_of(&key, sizeof(key)));
	p = lru_find(h->pairs, hash, &key);
	if (p == NULL) {
		p = lru_add(h->pairs, hash);
		if (p == NULL)
			return NULL;
		p->key = key;
		p->last = p->told = p->until = INT64_MIN;
	}
	lru_use(h->pairs, p);
	return p;
}

static void
tell_pair(struct hotpaths *h, struct hotpaths_pair *p, nstime ahead)
{
	p->told = p->last;
	h->output(h->arg,
	    &(struct wire_item){
		.kind = WIRE_EVENT,
		.event = { .kind = EVENT_PACKET,
		    .now = p->last,
		    .wall = p->last + ahead,
		    .packet_of = { p->key.from, p->key.to } },
	    });
}

void
hotpaths_packet(struct hotpaths *h, const struct address *from,
    const struct address *to, nstime now, nstime wall)
{
	struct hotpaths_pair *p = use_pair(h, from, to);

	if (p == NULL)
		return;
	p->last = now;
	if (p->until != INT64_MIN && nstime_passed(p->told, EACH, now))
		tell_pair(h, p, wall - now);
}

static void
heat(struct hotpaths *h, struct hotpaths_pair *p, nstime until)
{
	if (p == NULL)
		return;
	if (p->until == INT64_MIN)
		TAILQ_INSERT_TAIL(&h->hot, p, hot);
	if (until > p->until)
		p->until = until;
}

void
hotpaths_heat_pair(struct hotpaths *h, const struct address *a,
    const struct address *b, nstime until)
{
	heat(h, use_pair(h, a, b), until);
	heat(h, use_pair(h, b, a), until);
}

void
hotpaths_flush(struct hotpaths *h, nstime now, nstime ahead)
{
	struct hotpaths_pair *p, *next;

	for (p = TAILQ_FIRST(&h->hot); p != NULL; p = next) {
		next = TAILQ_NEXT(p, hot);
		if (p->last > p->told && nstime_passed(p->told, EACH, now))
			tell_pair(h, p, ahead);
		if (p->until > now)
			continue;
		TAILQ_REMOVE(&h->hot, p, hot);
		p->until = INT64_MIN;
	}
}

static struct hotpaths_flow *
use_flow(struct hotpaths *h, uint64_t flow)
{
	const uint64_t hash = lru_hash(h->flows, slice_of(&flow, sizeof(flow)));
	struct hotpaths_flow *f = lru_find(h->flows, hash, &flow);

	if (f == NULL) {
		f = lru_add(h->flows, hash);
		if (f == NULL)
			return NULL;
		f->flow = flow;
		f->until = INT64_MIN;
	}
	lru_use(h->flows, f);
	return f;
}

static void
tell_event(struct hotpaths *h, const struct event *event)
{
	h->output(
	    h->arg, &(struct wire_item){ .kind = WIRE_EVENT, .event = *event });
}

static void
tell_spoke(struct hotpaths *h, const struct hotpaths_flow *f, bool by_client)
{
	h->output(h->arg,
	    &(struct wire_item){
		.kind = WIRE_SPOKE,
		.spoke = { f->flow, by_client, f->spoke[by_client] },
	    });
}

void
hotpaths_message(struct hotpaths *h, const struct origin *origin, bool told)
{
	struct hotpaths_flow *f;

	if (origin->flow == 0)
		return;
	f = use_flow(h, origin->flow);
	if (f == NULL)
		return;
	f->spoke[origin->to_server] = origin->now;
	f->spoken[origin->to_server] = true;
	if (!told && f->until > origin->now)
		tell_spoke(h, f, origin->to_server);
}

/* Gaps matter for what others may have lost, hot or not. */
static bool
shows_gap(const struct hotpaths_flow *f, const struct event_flow *facts)
{
	for (int d = 0; d < 2; d++)
		if (facts->ways[d].last_gap !=
		    (f->known ? f->latest.facts.ways[d].last_gap : INT64_MIN))
			return true;
	return false;
}

void
hotpaths_flow(struct hotpaths *h, const struct event *e)
{
	struct hotpaths_flow *f = use_flow(h, e->flow);
	bool gap;

	if (f == NULL)
		return;
	if (e->kind == EVENT_ACKNOWLEDGED) {
		struct event_way *way =
		    &f->latest.facts.ways[e->acknowledged.direction];

		way->acknowledged = e->acknowledged.upto;
		way->undelivered = false;
		if (f->until > e->now)
			tell_event(h, e);
		return;
	}
	gap = shows_gap(f, &e->facts);
	f->latest = *e;
	f->known = true;
	if (f->until > e->now || gap)
		tell_event(h, e);
	if (e->facts.forgotten)
		lru_forget(h->flows, f);
}

void
hotpaths_heat_flow(struct hotpaths *h, uint64_t flow, nstime until)
{
	struct hotpaths_flow *f = use_flow(h, flow);

	if (f == NULL)
		return;
	if (f->until == INT64_MIN) {
		if (f->known)
			tell_event(h, &f->latest);
		for (int d = 0; d < 2; d++)
			if (f->spoken[d])
				tell_spoke(h, f, d == 1);
	}
	if (until > f->until)
		f->until = until;
}

void
hotpaths_stats(const struct hotpaths *h, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "hotpaths.pairs_evicted",
	    lru_evicted(h->pairs));
	output(arg, COUNTER_LIMIT, "hotpaths.flows_evicted",
	    lru_evicted(h->flows));
}
