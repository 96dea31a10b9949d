/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/msgdup.h"

#include <stdlib.h>

#include "base/lru.h"

struct msgdup_key {
	struct endpoint from, to;
	uint64_t digest;
};

struct msgdup_entry {
	struct lru_entry entry;
	struct msgdup_key key;
	unsigned reader;
	nstime now;
};

struct msgdup {
	struct lru *seen;
	struct siphash_key key;
	unsigned first; /* reader that reported anything */
	bool begun, several;
	uint64_t duplicates;
};

static bool
same_message(const struct table_entry *entry, const void *key)
{
	const struct msgdup_key *a = &((const struct msgdup_entry *)entry)->key;
	const struct msgdup_key *b = key;

	return a->digest == b->digest && endpoint_equal(&a->from, &b->from) &&
	    endpoint_equal(&a->to, &b->to);
}

struct msgdup *
msgdup_new(size_t messages, const struct siphash_key *key)
{
	const struct lru_setup setup = {
		.limit = messages,
		.octets = sizeof(struct msgdup_entry),
		.equal = same_message,
	};
	struct msgdup *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->key = *key;
	d->seen = lru_new(&setup, key);
	if (d->seen != NULL)
		return d;
	free(d);
	return NULL;
}

void
msgdup_free(struct msgdup *d)
{
	if (d == NULL)
		return;
	lru_free(d->seen);
	free(d);
}

/* With one reader nothing is remembered, so the first messages after a second
 * one has come are not recognized. */
static bool
only_one(struct msgdup *d, unsigned reader)
{
	if (!d->begun) {
		d->begun = true;
		d->first = reader;
	}
	d->several = d->several || reader != d->first;
	return !d->several;
}

bool
msgdup_input(struct msgdup *d, unsigned reader,
    const struct event_message *message, nstime now)
{
	struct msgdup_key key;
	struct msgdup_entry *e;

	if (only_one(d, reader))
		return false;
	key = (struct msgdup_key){
		.from = message->origin.from,
		.to = message->origin.to,
		.digest = siphash(&d->key, message->octets),
	};
	e = lru_find(d->seen, key.digest, &key);
	if (e != NULL && e->reader != reader && now - e->now <= MSGDUP_WINDOW) {
		d->duplicates++;
		return true;
	}
	if (e == NULL)
		e = lru_add(d->seen, key.digest);
	if (e == NULL)
		return false;
	lru_use(d->seen, e);
	e->key = key;
	e->reader = reader;
	e->now = now;
	return false;
}

void
msgdup_stats(const struct msgdup *d, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "msgdup.duplicate", d->duplicates);
	output(arg, COUNTER_LIMIT, "msgdup.no_memory", lru_failed(d->seen));
}
