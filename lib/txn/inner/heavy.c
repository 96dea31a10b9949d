/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/heavy.h"

enum { PREFIX = 8, FEW = 16 };

static bool
is_same(const struct address *a, const struct address *b)
{
	return a->version == b->version &&
	    memcmp(a->octets, b->octets, PREFIX) == 0;
}

bool
heavy_has(const struct heavy *h, const struct address *source)
{
	for (size_t i = 0; i < h->count; i++)
		if (is_same(&h->sources[i], source))
			return true;
	return false;
}

/*
 * Misra and Gries, 1982: with as many counters as HEAVY_MOST, whatever makes up
 * more than a ninth of the sample has one of them at the end.  What else has
 * one is found by counting.
 */
struct heavy_candidate {
	const struct address *source;
	size_t count;
};

static void
count_in(struct heavy_candidate candidates[], const struct address *source)
{
	struct heavy_candidate *unused = NULL;

	for (size_t i = 0; i < HEAVY_MOST; i++) {
		struct heavy_candidate *c = &candidates[i];

		if (c->count == 0) {
			unused = c;
		} else if (is_same(c->source, source)) {
			c->count++;
			return;
		}
	}
	if (unused != NULL) {
		*unused = (struct heavy_candidate){ source, 1 };
		return;
	}
	for (size_t i = 0; i < HEAVY_MOST; i++)
		candidates[i].count--;
}

void
heavy_learn(struct heavy *h, const struct address *const sample[], size_t count)
{
	struct heavy_candidate candidates[HEAVY_MOST] = { { .count = 0 } };

	h->count = 0;
	if (count < FEW)
		return;
	for (size_t i = 0; i < count; i++)
		count_in(candidates, sample[i]);
	for (size_t i = 0; i < HEAVY_MOST; i++) {
		size_t seen = 0;

		if (candidates[i].count == 0)
			continue;
		for (size_t k = 0; k < count; k++)
			seen += is_same(sample[k], candidates[i].source);
		if (seen * HEAVY_MOST >= count)
			h->sources[h->count++] = *candidates[i].source;
	}
}
