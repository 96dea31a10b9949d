/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/opening.h"

#include <stdlib.h>

struct opening {
	size_t len;
	uint8_t octets[OPENING_OCTETS];
};

/* The slot of a connection that is over holds its address. */
static const char over;

bool
opening_is_over(void *const *slot)
{
	return *slot == &over;
}

struct slice
opening_input(void **slot, struct slice octets)
{
	struct opening *opening = *slot;

	if (opening == NULL)
		return slice_first(octets, OPENING_OCTETS);
	octets = slice_first(octets, OPENING_OCTETS - opening->len);
	if (octets.len > 0)
		memcpy(opening->octets + opening->len, octets.p, octets.len);
	opening->len += octets.len;
	return slice_of(opening->octets, opening->len);
}

static struct opening *
begin(struct openings *o)
{
	struct opening *opening = NULL;

	if (o->kept == OPENING_MOST) {
		o->too_many++;
		return NULL;
	}
	opening = malloc(sizeof(*opening));
	if (opening == NULL) {
		o->no_memory++;
		return NULL;
	}
	o->kept++;
	opening->len = 0;
	return opening;
}

bool
opening_keep(struct openings *o, void **slot, struct slice all)
{
	if (all.len >= OPENING_OCTETS) {
		opening_end(o, slot);
		return false;
	}
	if (*slot != NULL)
		return true;
	*slot = begin(o);
	if (*slot == NULL) {
		opening_end(o, slot);
		return false;
	}
	opening_input(slot, all);
	return true;
}

void
opening_forget(struct openings *o, void **slot)
{
	if (*slot != NULL && !opening_is_over(slot)) {
		free(*slot);
		o->kept--;
	}
	*slot = NULL;
}

void
opening_end(struct openings *o, void **slot)
{
	opening_forget(o, slot);
	*slot = (void *)&over;
}

void
opening_stats(const struct openings *o, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "opening.no_memory", o->no_memory);
	output(arg, COUNTER_LIMIT, "opening.too_many", o->too_many);
}
