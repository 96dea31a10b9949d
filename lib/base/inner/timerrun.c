/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/inner/timerrun.h"

#include <stdlib.h>

enum { FIRST_SIZE = 64 };

static void
place(struct timerrun *r, size_t at, const struct timerrun_node *node)
{
	r->nodes[at] = *node;
	if (node->entry != NULL)
		node->entry->slot = timerrun_slot(r->number, at);
}

/* Move all that are queued to the front. */
static void
compact(struct timerrun *r)
{
	size_t to = 0;

	for (size_t i = r->first; i < r->end; i++)
		if (r->nodes[i].entry != NULL)
			place(r, to++, &r->nodes[i]);
	r->first = 0;
	r->end = to;
}

/* Half of the places must be free before they are moved, so that each is moved
 * once on average. */
static bool
make_room(struct timerrun *r)
{
	const size_t wanted = r->size == 0 ? FIRST_SIZE : 2 * r->size;
	struct timerrun_node *grown = NULL;

	if (r->end < r->size)
		return true;
	if (r->queued > r->size / 2 || r->size == 0)
		grown = realloc(r->nodes, wanted * sizeof(*grown));
	if (grown != NULL) {
		r->nodes = grown;
		r->size = wanted;
		return true;
	}
	compact(r);
	return r->end < r->size;
}

bool
timerrun_add(struct timerrun *r, const struct timerrun_node *node)
{
	if (!make_room(r))
		return false;
	place(r, r->end++, node);
	r->queued++;
	return true;
}

static void
trim(struct timerrun *r)
{
	while (r->first < r->end && r->nodes[r->first].entry == NULL)
		r->first++;
	while (r->first < r->end && r->nodes[r->end - 1].entry == NULL)
		r->end--;
	if (r->first == r->end)
		r->first = r->end = 0;
}

void
timerrun_take(struct timerrun *r, size_t at)
{
	r->nodes[at].entry->slot = 0;
	r->nodes[at].entry = NULL;
	r->queued--;
	if (at == r->first || at + 1 == r->end)
		trim(r);
}

void
timerrun_insert(struct timerrun *r, const struct timerrun_node *node)
{
	size_t at;

	if (r->end == r->size)
		compact(r);
	r->queued++;
	for (at = r->end++; at > r->first; at--) {
		if (!timerrun_before(node, &r->nodes[at - 1]))
			break;
		place(r, at, &r->nodes[at - 1]);
	}
	place(r, at, node);
}

void
timerrun_done(struct timerrun *r)
{
	free(r->nodes);
}
