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

static size_t
siding_with_us(const struct consensus_vote *votes, size_t count)
{
	size_t siding = 0;

	for (size_t i = 0; i < count; i++)
		siding += sides_with_us(votes[i].offset);
	return siding;
}

/* Is a clock that far nearer to ours than to theirs?  Ours may be some seconds
 * off and theirs made up: that such a clock was set wrong, and by chance to
 * nearly what ours says, is less likely than that both drifted. */
static bool
is_far_nearer_to_us(
    const struct consensus_vote *votes, size_t count, nstime theirs)
{
	const nstime far = nstime_magnitude(theirs) / CONSENSUS_NEARER;

	for (size_t i = 0; i < count; i++)
		if (nstime_magnitude(votes[i].offset) <= far)
			return true;
	return false;
}

struct consensus
consensus_count(struct consensus_vote *votes, size_t count)
{
	struct consensus c = {
		.contradicted = count > 0 && siding_with_us(votes, count) == 0,
	};
	size_t first = 0;

	c.total = poll(votes, count);
	if (c.total > 0)
		qsort(votes, c.total, sizeof(*votes), by_offset);
	for (size_t i = 0; i < c.total; i++) {
		while (votes[i].offset - votes[first].offset > CONSENSUS_WIDTH)
			first++;
		if (i + 1 - first <= c.agreeing)
			continue;
		c.agreeing = i + 1 - first;
		c.offset = votes[first + (i - first) / 2].offset;
	}
	c.odd_one_out = c.contradicted && c.agreeing >= CONSENSUS_QUORUM &&
	    !is_far_nearer_to_us(votes, c.total, c.offset);
	return c;
}
