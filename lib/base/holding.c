/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/holding.h"

#include <stdlib.h>

static void
unlist(struct holdings *all, struct holding *h)
{
	if (h->longer == NULL)
		all->longest = h->later;
	else
		h->longer->later = h->later;
	if (h->later == NULL)
		all->latest = h->longer;
	else
		h->later->longer = h->longer;
}

static void
put_latest(struct holdings *all, struct holding *h)
{
	h->longer = all->latest;
	h->later = NULL;
	if (all->latest == NULL)
		all->longest = h;
	else
		all->latest->later = h;
	all->latest = h;
}

/* False: there is nobody but `h'. */
static bool
give_way(struct holdings *all, const struct holding *h)
{
	struct holding *other = all->longest;

	if (other == h && other != NULL)
		other = other->later;
	if (other == NULL)
		return false;
	all->gave_way++;
	other->drop(all, other->owner);
	return true;
}

/* Of `h' what it holds already is counted once. */
static bool
fits(const struct holdings *all, const struct holding *h, size_t size)
{
	return all->limit == 0 || all->held - h->size + size <= all->limit;
}

static bool
draw(struct holdings *all, const struct holding *h, size_t size)
{
	while (!fits(all, h, size) || !budget_take(all->memory, size))
		if (!give_way(all, h))
			return false;
	return true;
}

bool
holding_grow(struct holdings *all, struct holding *h, size_t size)
{
	const size_t before = h->size;
	uint8_t *grown;

	if (size <= before)
		return true;
	if (!draw(all, h, size))
		return false;
	grown = realloc(h->octets, size);
	if (grown == NULL) {
		budget_give(all->memory, size);
		return false;
	}
	if (before > 0)
		budget_give(all->memory, before);
	else
		put_latest(all, h);
	all->held += size - before;
	h->octets = grown;
	h->size = size;
	return true;
}

bool
holding_reach(
    struct holdings *all, struct holding *h, size_t least, size_t wanted)
{
	size_t size = h->size == 0 ? least : h->size;

	while (size < wanted)
		size *= 2;
	return holding_grow(all, h, size);
}

void
holding_begin(struct holdings *all, struct holding *h)
{
	if (h->size == 0)
		return;
	unlist(all, h);
	put_latest(all, h);
}

void
holding_release(struct holdings *all, struct holding *h)
{
	if (h->size == 0)
		return;
	unlist(all, h);
	budget_release(all->memory, h->octets, h->size);
	all->held -= h->size;
	h->octets = NULL;
	h->size = 0;
}
