/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/speakers.h"

#include <stdlib.h>

#include "base/lru.h"

/* So long a speaker is the same: addresses are given to others, and random
 * numbers come again. */
#define REMEMBERED (3600 * NSTIME_S)

/* What a delay is rounded by, and what our own stamps are off. */
#define SLACK (2 * NSTIME_MS)

/* What is kept is found by one of these. */
enum what { BY_SPEAKER, BY_NUMBER, BY_RELAY };

struct speakers_key {
	enum what what;
	uint64_t name;
	uint32_t number;
	struct address relay;
};

struct speakers_entry {
	struct lru_entry entry;
	struct speakers_key key;
	struct address source; /* the first */
	uint64_t name;         /* BY_NUMBER: that it went by first */
	nstime heard;
	bool has_sent; /* BY_NUMBER */
	uint32_t sent;
	nstime sent_at;
};

struct speakers {
	struct lru *entries;
	uint64_t passed_on;
};

static bool
key_equal(const struct table_entry *entry, const void *key)
{
	const struct speakers_entry *e = (const struct speakers_entry *)entry;
	const struct speakers_key *wanted = key;

	return e->key.what == wanted->what && e->key.name == wanted->name &&
	    e->key.number == wanted->number &&
	    endpoint_address_equal(&e->key.relay, &wanted->relay);
}

struct speakers *
speakers_new(
    size_t limit, const struct siphash_key *key, struct budget_share *memory)
{
	const struct lru_setup setup = {
		.limit = limit,
		.octets = sizeof(struct speakers_entry),
		.memory = memory,
		.equal = key_equal,
	};
	struct speakers *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->entries = lru_new(&setup, key);
	if (s->entries != NULL)
		return s;
	free(s);
	return NULL;
}

void
speakers_free(struct speakers *s)
{
	if (s == NULL)
		return;
	lru_free(s->entries);
	free(s);
}

void
speakers_set(struct speakers *s, size_t limit)
{
	lru_set(s->entries, limit);
	lru_trim(s->entries);
}

static uint64_t
hash_of(const struct speakers *s, const struct speakers_key *key)
{
	const struct endpoint relay = { .address = key->relay };
	const uint64_t numbers[] = { key->what, key->name, key->number };

	if (key->what == BY_RELAY)
		return endpoint_hash(s->entries, &relay);
	return lru_hash(s->entries, slice_of(numbers, sizeof(numbers)));
}

static struct speakers_entry *
find(const struct speakers *s, const struct speakers_key *key)
{
	return lru_find(s->entries, hash_of(s, key), key);
}

/* A new one has no source.  NULL when out of memory. */
static struct speakers_entry *
find_or_add(struct speakers *s, const struct speakers_key *key)
{
	struct speakers_entry *e = find(s, key);

	if (e == NULL) {
		e = lru_add(s->entries, hash_of(s, key));
		if (e == NULL)
			return NULL;
		e->key = *key;
	}
	lru_use(s->entries, e);
	return e;
}

static bool
is_recent(const struct speakers_entry *e, nstime now)
{
	return e->source.version != 0 &&
	    !nstime_passed(e->heard, REMEMBERED, now);
}

/* Is the source of the claim the one that it came from at first?  If that is
 * not known, it is from now on. */
static bool
is_first(struct speakers_entry *e, const struct speakers_claim *claim)
{
	if (!is_recent(e, claim->now)) {
		e->source = claim->source;
		e->name = claim->name;
	} else if (!endpoint_address_equal(&e->source, &claim->source)) {
		return false;
	}
	e->heard = claim->now;
	return true;
}

static void
note_relay(struct speakers *s, const struct speakers_claim *claim)
{
	const struct speakers_key key = { .what = BY_RELAY,
		.relay = claim->source };
	struct speakers_entry *e = find_or_add(s, &key);

	if (e != NULL) {
		e->source = claim->source;
		e->heard = claim->now;
	}
}

static bool
is_relay(const struct speakers *s, const struct speakers_claim *claim)
{
	const struct speakers_key key = { .what = BY_RELAY,
		.relay = claim->source };
	const struct speakers_entry *e = find(s, &key);

	return e != NULL && is_recent(e, claim->now);
}

/* Does somebody else use that number, by another name? */
static bool
is_taken(struct speakers *s, const struct speakers_claim *claim)
{
	const struct speakers_key key = { .what = BY_NUMBER,
		.number = claim->number };
	struct speakers_entry *e;

	if (claim->number == 0)
		return false;
	e = find_or_add(s, &key);
	return e != NULL && !is_first(e, claim) && e->name != claim->name;
}

enum speakers_verdict
speakers_input(struct speakers *s, const struct speakers_claim *claim)
{
	const struct speakers_key key = {
		.what = BY_SPEAKER, .name = claim->name, .number = claim->number
	};
	struct speakers_entry *e = find_or_add(s, &key);
	const bool taken = is_taken(s, claim);

	if (claim->own)
		return SPEAKERS_OWN;
	if (e != NULL && !is_first(e, claim)) {
		note_relay(s, claim);
		s->passed_on++;
		return SPEAKERS_PASSED_ON;
	}
	if (taken)
		return SPEAKERS_OWN;
	if (!is_relay(s, claim))
		return SPEAKERS_PERHAPS;
	s->passed_on++;
	return SPEAKERS_PASSED_ON;
}

void
speakers_sent(struct speakers *s, uint32_t number, uint32_t sent, nstime now)
{
	const struct speakers_key key = { .what = BY_NUMBER, .number = number };
	struct speakers_entry *e = find_or_add(s, &key);

	if (e == NULL || (e->has_sent && e->sent == sent))
		return;
	e->has_sent = true;
	e->sent = sent;
	e->sent_at = now;
}

nstime
speakers_transit(const struct speakers *s, uint32_t number, uint32_t quoted,
    nstime delay, nstime now)
{
	const struct speakers_key key = { .what = BY_NUMBER, .number = number };
	const struct speakers_entry *e = find(s, &key);
	nstime since;

	if (e == NULL || !e->has_sent || e->sent != quoted ||
	    __builtin_sub_overflow(now, e->sent_at, &since) ||
	    since < delay - SLACK)
		return 0;
	return since - delay + SLACK;
}

void
speakers_stats(const struct speakers *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "speakers.evicted", lru_evicted(s->entries));
	output(arg, COUNTER_EVENT, "speakers.passed_on", s->passed_on);
}
