/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/tallies.h"

/* At a low rate tallies are most of what is told; at a high one there may be no
 * room for more than a second. */
#define EACH (5 * NSTIME_S)
#define SOONEST NSTIME_S

void
tallies_add(struct tallies *tallies, const struct endpoint *server,
    struct slice method, unsigned answered)
{
	struct wire_tally *t = tallies->each;
	const size_t len =
	    method.len < WIRE_METHOD ? method.len : WIRE_METHOD - 1;

	for (; t < tallies->each + tallies->count; t++)
		if (endpoint_equal(&t->server, server) &&
		    slice_is(slice_first(method, len), t->method)) {
			t->answered += answered;
			return;
		}
	if (tallies->count == TALLIES_MOST) {
		tallies->full++;
		return;
	}
	tallies->count++;
	*t = (struct wire_tally){ .server = *server, .answered = answered };
	memcpy(t->method, method.p, len);
}

bool
tallies_due(const struct tallies *t, nstime now)
{
	return nstime_passed(
	    t->told, t->count == TALLIES_MOST ? SOONEST : EACH, now);
}

void
tallies_tell(struct tallies *t, nstime now,
    void (*output)(void *arg, const struct wire_item *item), void *arg)
{
	for (size_t i = 0; i < t->count; i++)
		output(arg,
		    &(struct wire_item){
			.kind = WIRE_TALLY, .tally = t->each[i] });
	t->count = 0;
	t->told = now;
}
