/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/certlist.h"

#include <stdlib.h>

#include "findings/inner/certevidence.h"

struct known_holder {
	struct lru_entry entry; /* first */
	struct certlist_entry shown;
};

struct certlist {
	struct lru *holders;
};

static bool
is_holder(const struct table_entry *entry, const void *key)
{
	const struct known_holder *h = (const struct known_holder *)entry;

	return endpoint_equal(&h->shown.holder, key);
}

struct certlist *
certlist_new(const struct certlist_limits *limits)
{
	const struct lru_setup holders = {
		.limit = limits->holders,
		.octets = sizeof(struct known_holder),
		.memory = limits->memory,
		.equal = is_holder,
	};
	struct certlist *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->holders = lru_new(&holders, &limits->key);
	if (l->holders != NULL)
		return l;
	free(l);
	return NULL;
}

void
certlist_free(struct certlist *l)
{
	if (l == NULL)
		return;
	lru_free(l->holders);
	free(l);
}

void
certlist_set(struct certlist *l, const struct certlist_limits *limits)
{
	lru_set(l->holders, limits->holders);
	lru_trim(l->holders);
}

void
certlist_input(struct certlist *l, const struct certificate_sight *sight)
{
	const struct endpoint holder = certevidence_holder_of(sight);
	const uint64_t hash = endpoint_hash(l->holders, &holder);
	struct known_holder *h;

	if (sight->depth != 0)
		return;
	h = lru_find(l->holders, hash, &holder);
	if (h != NULL)
		lru_use(l->holders, h);
	else
		h = lru_add(l->holders, hash);
	if (h == NULL)
		return;
	h->shown = (struct certlist_entry){
		.holder = holder,
		.side = sight->holder,
		.certificate = *sight->certificate,
		.wall = sight->wall,
	};
}

static int
compare(const void *left, const void *right)
{
	const struct certlist_entry *a = left, *b = right;
	const int64_t ends = a->certificate.not_after,
		      other = b->certificate.not_after;

	if (ends != other)
		return ends < other ? -1 : 1;
	return endpoint_compare(&a->holder, &b->holder);
}

size_t
certlist_list(
    const struct certlist *l, struct certlist_entry *entries, size_t most)
{
	const struct known_holder *h = lru_newest(l->holders);
	size_t count = 0;

	for (; h != NULL && count < most; h = lru_older(h))
		entries[count++] = h->shown;
	qsort(entries, count, sizeof(*entries), compare);
	return count;
}

size_t
certlist_count(const struct certlist *l)
{
	return lru_count(l->holders);
}

void
certlist_stats(const struct certlist *l, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "certlist.evicted", lru_evicted(l->holders));
	output(
	    arg, COUNTER_LIMIT, "certlist.no_memory", lru_failed(l->holders));
}
