/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/consensus.h"

#include <stdlib.h>

static int
by_offset(const void *a, const void *b)
{
	const struct consensus_vote *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

static int
by_voter(const void *a, const void *b)
{
	const struct consensus_vote *x = a, *y = b;

	if (x->voter != y->voter)
		return x->voter < y->voter ? -1 : 1;
	return by_offset(a, b);
}

/* One vote for each voter, at the front; how many there are. */
static size_t
poll(struct consensus_vote *votes, size_t count)
{
	size_t voters = 0, first = 0;

	if (count > 0)
		qsort(votes, count, sizeof(*votes), by_voter);
	for (size_t i = 1; i <= count; i++) {
		if (i < count && votes[i].voter == votes[first].voter)
			continue;
		votes[voters++] = votes[first + (i - 1 - first) / 2];
		first = i;
	}
	return voters;
}

static bool
sides_with_us(nstime offset)
{
	return offset > -CONSENSUS_WIDTH && offset < CONSENSUS_WIDTH;
}

static bool
anyone_sides_with_us(const struct consensus_vote *votes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (sides_with_us(votes[i].offset))
			return true;
	return false;
}

/* The largest group of `votes', which are in order. */
static void
find_largest(
    const struct consensus_vote *votes, size_t count, struct consensus *c)
{
	size_t first = 0;

	c->agreeing = 0;
	for (size_t i = 0; i < count; i++) {
		while (votes[i].offset - votes[first].offset > CONSENSUS_WIDTH)
			first++;
		if (i + 1 - first <= c->agreeing)
			continue;
		c->agreeing = i + 1 - first;
		c->offset = votes[first + (i - first) / 2].offset;
	}
}

/* Keep those that are far nearer to our clock than to `theirs': how many. */
static size_t
keep_nearer(struct consensus_vote *votes, size_t count, nstime theirs)
{
	const nstime far = nstime_magnitude(theirs) / CONSENSUS_NEARER;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (nstime_magnitude(votes[i].offset) <= far)
			votes[kept++] = votes[i];
	return kept;
}

struct consensus
consensus_count(struct consensus_vote *votes, size_t count)
{
	struct consensus c = {
		.contradicted =
		    count > 0 && !anyone_sides_with_us(votes, count),
	};
	size_t left;

	c.total = left = poll(votes, count);
	if (left > 0)
		qsort(votes, left, sizeof(*votes), by_offset);
	while (left > 0) {
		find_largest(votes, left, &c);
		left = c.contradicted ? keep_nearer(votes, left, c.offset) : 0;
	}
	c.odd_one_out = c.contradicted && c.agreeing >= CONSENSUS_QUORUM;
	return c;
}
