/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/paths.h"

#include <stdlib.h>

#include "base/slab.h"
#include "base/table.h"

/* A pair of hosts whose reverse packets were seen is seen both ways; and a
 * mirror that lost packets may have lost others. */
#define LATELY (300 * NSTIME_S)

/* A client that closes sooner did not wait for its transaction timer. */
#define IMPATIENT (20 * NSTIME_S)

struct paths_entry {
	struct table_entry entry;
	uint64_t flow;
	struct event_flow facts;
	nstime spoke[2]; /* the latest message; [1]: of the client */
};

struct paths {
	struct pairs *pairs;
	struct table *flows;
	struct slab *slab;
	nstime last_drop;
	nstime last_gap; /* of any flow */
	uint64_t full, no_memory;
};

static bool
same_flow(const struct table_entry *entry, const void *flow)
{
	return ((const struct paths_entry *)entry)->flow ==
	    *(const uint64_t *)flow;
}

struct paths *
paths_new(const struct paths_limits *limits)
{
	struct paths *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->last_drop = INT64_MIN;
	p->last_gap = INT64_MIN;
	p->pairs = pairs_new(&limits->pairs);
	p->flows = table_new(limits->flows, &limits->key, same_flow);
	p->slab = slab_new(sizeof(struct paths_entry), limits->memory);
	if (p->pairs != NULL && p->flows != NULL && p->slab != NULL)
		return p;
	paths_free(p);
	return NULL;
}

void
paths_free(struct paths *p)
{
	if (p == NULL)
		return;
	pairs_free(p->pairs);
	table_free(p->flows);
	slab_free(p->slab);
	free(p);
}

void
paths_set(struct paths *p, const struct paths_limits *limits)
{
	pairs_set(p->pairs, &limits->pairs);
	table_set(p->flows, limits->flows);
}

void
paths_expect(
    const struct paths *p, const struct address *from, const struct address *to)
{
	pairs_expect(p->pairs, from, to);
}

void
paths_expect_entry(
    const struct paths *p, const struct address *from, const struct address *to)
{
	pairs_expect_entry(p->pairs, from, to);
}

void
paths_packet(struct paths *p, const struct address *from,
    const struct address *to, nstime now)
{
	pairs_input(p->pairs, from, to, now);
}

bool
paths_heard(
    const struct paths *p, const struct address *from, const struct address *to)
{
	struct pairs_facts facts;

	pairs_facts(p->pairs, from, to, &facts);
	return facts.packets > 0;
}

void
paths_answered(struct paths *p, const struct address *client,
    const struct address *server, nstime now)
{
	pairs_answer(p->pairs, server, client, now);
}

bool
paths_has_worked(const struct paths *p, const struct address *client,
    const struct address *server)
{
	struct pairs_facts facts;

	pairs_facts(p->pairs, server, client, &facts);
	return facts.worked;
}

void
paths_unreachable(
    struct paths *p, const struct icmp_unreachable *icmp, nstime now)
{
	pairs_unreachable(p->pairs, &icmp->from.address, &icmp->to, now);
}

bool
paths_was_unreachable(const struct paths *p, const struct address *client,
    const struct endpoint *server, nstime since)
{
	struct pairs_facts facts;

	pairs_facts(p->pairs, client, &server->address, &facts);
	return pairs_unreachable_since(&facts, server->port, since);
}

static struct paths_entry *
find(const struct paths *p, uint64_t flow)
{
	return (struct paths_entry *)table_find(
	    p->flows, table_hash_word(p->flows, flow), &flow);
}

static struct paths_entry *
add(struct paths *p, uint64_t flow)
{
	struct paths_entry *e = slab_take(p->slab);

	if (e == NULL) {
		p->no_memory++;
		return NULL;
	}
	if (!table_add(p->flows, &e->entry, table_hash_word(p->flows, flow))) {
		slab_give(p->slab, e);
		p->full++;
		return NULL;
	}
	e->flow = flow;
	e->facts = (struct event_flow){ .ended = false };
	for (int d = 0; d < 2; d++) {
		e->facts.ways[d].last_gap = INT64_MIN;
		e->facts.ways[d].hung_up = NSTIME_NEVER;
		e->spoke[d] = INT64_MIN;
	}
	return e;
}

static bool
take_facts(struct paths *p, struct paths_entry *e,
    const struct event_flow *facts, struct doubts_gap *gap)
{
	const struct event_flow before = e->facts;
	bool any = false;

	e->facts = *facts;
	for (int d = 0; d < 2; d++) {
		struct event_way *way = &e->facts.ways[d];

		if (before.ways[d].hung_up < way->hung_up)
			way->hung_up = before.ways[d].hung_up;
		if (way->last_gap > p->last_gap)
			p->last_gap = way->last_gap;
		if (way->last_gap == before.ways[d].last_gap)
			continue;
		any = true;
		gap->flow = e->flow;
		gap->to_server = d == TCPREASM_TO_SERVER;
		gap->since = e->spoke[gap->to_server];
	}
	return any;
}

bool
paths_flow(struct paths *p, uint64_t flow, const struct event_flow *facts,
    struct doubts_gap *gap)
{
	struct paths_entry *e = find(p, flow);

	if (facts->forgotten) {
		if (e != NULL) {
			table_remove(p->flows, &e->entry);
			slab_give(p->slab, e);
		}
		return false;
	}
	if (e == NULL)
		e = add(p, flow);
	return e != NULL && take_facts(p, e, facts, gap);
}

void
paths_message(struct paths *p, uint64_t flow, bool by_client, nstime now)
{
	struct paths_entry *e = find(p, flow);

	if (e == NULL)
		e = add(p, flow);
	if (e != NULL)
		e->spoke[by_client] = now;
}

void
paths_acknowledged(
    struct paths *p, uint64_t flow, const struct event_acknowledged *a)
{
	struct paths_entry *e = find(p, flow);

	if (e == NULL)
		return;
	e->facts.ways[a->direction].acknowledged = a->upto;
	e->facts.ways[a->direction].undelivered = false;
}

void
paths_dropped(struct paths *p, nstime now)
{
	p->last_drop = now;
}

static void
of_flow(const struct paths *p, const struct outcome *o, struct delivery *d)
{
	const bool to_server = o->request.to_server;
	const struct paths_entry *e = find(p, o->request.flow);
	const struct event_way *there, *back;

	if (e == NULL)
		return;
	there =
	    &e->facts.ways[to_server ? TCPREASM_TO_SERVER : TCPREASM_TO_CLIENT];
	back =
	    &e->facts.ways[to_server ? TCPREASM_TO_CLIENT : TCPREASM_TO_SERVER];
	d->proxied = e->facts.proxied;
	d->acknowledged = there->acknowledged >= o->request.flow_end;
	d->lost = d->lost || back->last_gap >= o->request.sent;
	if (back->hung_up != NSTIME_NEVER && back->hung_up > o->request.sent)
		d->closed_after = back->hung_up - o->request.sent;
	d->hung_up = there->hung_up < nstime_after(o->request.sent, IMPATIENT);
	/* Its later segments would acknowledge a response, seen or not. */
	d->confirmed = nstime_passed(o->request.sent,
	    (o->now - o->request.sent) / 2, e->spoke[to_server]);
	d->undelivered =
	    !d->acknowledged && (there->undelivered || e->facts.ended);
}

void
paths_of_silence(
    const struct paths *p, const struct outcome *o, struct delivery *d)
{
	const nstime sent = o->request.sent;
	struct pairs_facts back;

	pairs_facts(p->pairs, &o->uas.address, &o->uac.address, &back);
	d->worked = back.worked;
	d->lost = p->last_drop >= sent;
	d->reverse_seen = back.packets > 0 && back.last >= sent;
	d->reverse_lately =
	    back.packets > 0 && !nstime_passed(back.last, LATELY, sent);
	d->lossy = p->last_gap != INT64_MIN &&
	    !nstime_passed(p->last_gap, LATELY, o->now);
	d->unreachable = paths_was_unreachable(
	    p, &o->uac.address, &o->uas, o->request.last_copy);
	if (o->request.flow != 0)
		of_flow(p, o, d);
}

void
paths_stats(const struct paths *p, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "paths.full", p->full);
	output(arg, COUNTER_LIMIT, "paths.no_memory", p->no_memory);
	pairs_stats(p->pairs, output, arg);
}
