/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/twins.h"

#include <stdlib.h>

#include "base/lru.h"
#include "pipeline/inner/wireitems.h"

/* The clocks of two sensors may be apart by as much without being odd. */
#define WINDOW NSTIME_S

/* A response is on its way through proxies for as long. */
#define RELAYED (5 * NSTIME_S)

struct twins_fact {
	struct lru_entry entry;
	struct siphash_wide content;
	struct address peer; /* of a Date */
	unsigned sensor;
	nstime now;
};

struct twins {
	struct lru *facts;
	struct siphash_key key;
	struct record record;
	struct wirecodec codec;
	struct wireitems_store store;
	uint64_t seen_twice, relayed;
};

static bool
same_content(const struct table_entry *entry, const void *key)
{
	const struct siphash_wide *a =
	    &((const struct twins_fact *)entry)->content;
	const struct siphash_wide *b = key;

	return a->a == b->a && a->b == b->b;
}

struct twins *
twins_new(size_t facts, const struct siphash_key *key)
{
	const struct lru_setup setup = {
		.limit = facts,
		.octets = sizeof(struct twins_fact),
		.equal = same_content,
	};
	struct twins *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->key = *key;
	record_init(&t->record, WIRE_MOST);
	t->codec.out = &t->record;
	t->facts = lru_new(&setup, key);
	if (t->facts != NULL)
		return t;
	twins_free(t);
	return NULL;
}

void
twins_free(struct twins *t)
{
	if (t == NULL)
		return;
	lru_free(t->facts);
	record_done(&t->record);
	free(t);
}

/* *known: it was there before; NULL: no memory, and it passes. */
static struct twins_fact *
use(struct twins *t, struct slice octets, bool *known)
{
	const struct siphash_wide content = siphash_128(&t->key, octets);
	struct twins_fact *f = lru_find(t->facts, content.a, &content);

	*known = f != NULL;
	if (f == NULL)
		f = lru_add(t->facts, content.a);
	if (f == NULL)
		return NULL;
	f->content = content;
	lru_use(t->facts, f);
	return f;
}

static void
set(struct twins_fact *f, const struct event *e)
{
	f->sensor = e->reader;
	f->now = e->now;
}

/* The first that sent this Date in this call is the one whose clock it is. */
static bool
is_relayed(struct twins *t, const struct event *e)
{
	struct {
		uint64_t call;
		nstime told;
	} date = { e->flow, e->observation->stamp.told };
	bool known;
	struct twins_fact *f = use(t, slice_of(&date, sizeof(date)), &known);

	if (f == NULL)
		return false;
	if (known && !nstime_passed(f->now, RELAYED, e->now))
		return !endpoint_address_equal(
		    &f->peer, &e->observation->stamp.peer);
	set(f, e);
	f->peer = e->observation->stamp.peer;
	return false;
}

static bool
is_twin(struct twins *t, const struct event *e)
{
	struct twins_fact *f;
	bool known;

	wireitems_content(&t->codec, e, &t->store);
	f = use(t, slice_of(t->record.octets, t->record.len), &known);
	if (f == NULL)
		return false;
	if (known && f->sensor != e->reader &&
	    !nstime_passed(f->now, WINDOW, e->now))
		return true;
	set(f, e);
	return false;
}

bool
twins_pass(struct twins *t, const struct event *e)
{
	if (e->kind != EVENT_OBSERVED && e->kind != EVENT_STAMP &&
	    e->kind != EVENT_UNANSWERED && e->kind != EVENT_UNREACHABLE &&
	    e->kind != EVENT_LOGGED && e->kind != EVENT_SEGMENT)
		return true;
	if (is_twin(t, e)) {
		t->seen_twice++;
		return false;
	}
	if (e->kind == EVENT_OBSERVED && e->flow != 0 &&
	    e->observation->kind == OBSERVATION_CLOCK && is_relayed(t, e)) {
		t->relayed++;
		return false;
	}
	return true;
}

void
twins_stats(const struct twins *t, counter_output *output, void *arg)
{
	output(arg, COUNTER_OTHER, "twins.seen_twice", t->seen_twice);
	output(arg, COUNTER_OTHER, "twins.relayed", t->relayed);
	output(arg, COUNTER_LIMIT, "twins.evicted", lru_evicted(t->facts));
}
