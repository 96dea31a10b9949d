/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/holding.h"

#include <stdlib.h>

/* Whoever comes before and after it, or before and after all, points to
 * `before' and `after' from now on. */
static void
link_around(struct holdings *all, const struct holding_room *r,
    struct holding_room *before, struct holding_room *after)
{
	if (r->longer == NULL)
		all->longest = after;
	else
		r->longer->later = after;
	if (r->later == NULL)
		all->latest = before;
	else
		r->later->longer = before;
}

static void
unlist(struct holdings *all, const struct holding_room *r)
{
	link_around(all, r, r->longer, r->later);
}

static void
put_latest(struct holdings *all, struct holding_room *r)
{
	r->longer = all->latest;
	r->later = NULL;
	link_around(all, r, r, r);
}

/* False: there is nobody but `h'. */
static bool
give_way(struct holdings *all, const struct holding *h)
{
	struct holding_room *other = all->longest;

	if (other == h->room && other != NULL)
		other = other->later;
	if (other == NULL)
		return false;
	all->gave_way++;
	other->drop(all, other->owner);
	return true;
}

/* What is allocated for so many octets, and drawn. */
static size_t
room_for(size_t size)
{
	return sizeof(struct holding_room) + size;
}

/* Of `h' what it holds already is counted once. */
static bool
fits(const struct holdings *all, const struct holding *h, size_t size)
{
	return all->limit == 0 ||
	    all->held - holding_size(h) + size <= all->limit;
}

static bool
draw(struct holdings *all, const struct holding *h, size_t size)
{
	while (!fits(all, h, size) || !budget_take(all->memory, room_for(size)))
		if (!give_way(all, h))
			return false;
	return true;
}

bool
holding_grow(struct holdings *all, struct holding *h, size_t size,
    holding_drop *drop, void *owner)
{
	const size_t before = holding_size(h);
	struct holding_room *grown;

	if (size <= before)
		return true;
	if (!draw(all, h, size))
		return false;
	grown = realloc(h->room, room_for(size));
	if (grown == NULL) {
		budget_give(all->memory, room_for(size));
		return false;
	}
	if (before > 0) {
		budget_give(all->memory, room_for(before));
		link_around(all, grown, grown, grown);
	} else {
		put_latest(all, grown);
	}
	all->held += size - before;
	grown->drop = drop;
	grown->owner = owner;
	grown->size = size;
	h->room = grown;
	return true;
}

bool
holding_reach(struct holdings *all, struct holding *h, size_t least,
    size_t wanted, holding_drop *drop, void *owner)
{
	size_t size = h->room == NULL ? least : h->room->size;

	while (size < wanted)
		size *= 2;
	return holding_grow(all, h, size, drop, owner);
}

void
holding_begin(struct holdings *all, struct holding *h)
{
	if (h->room == NULL)
		return;
	unlist(all, h->room);
	put_latest(all, h->room);
}

void
holding_release(struct holdings *all, struct holding *h)
{
	const size_t size = holding_size(h);

	if (h->room == NULL)
		return;
	unlist(all, h->room);
	budget_release(all->memory, h->room, room_for(size));
	all->held -= size;
	h->room = NULL;
}
