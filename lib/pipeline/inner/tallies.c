/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/tallies.h"

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

void
tallies_tell(struct tallies *t,
    void (*output)(void *arg, const struct wire_item *item), void *arg)
{
	for (size_t i = 0; i < t->count; i++)
		output(arg,
		    &(struct wire_item){
			.kind = WIRE_TALLY, .tally = t->each[i] });
	t->count = 0;
}
