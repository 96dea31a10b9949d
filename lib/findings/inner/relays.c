/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/relays.h"

#define WITHIN (32 * NSTIME_S)

static bool
is_same(const struct relays_refusal *a, const struct relays_refusal *b)
{
	return a->call == b->call && a->status == b->status;
}

bool
relays_add(struct relays *r, const struct relays_refusal *refusal)
{
	bool relayed = false;

	for (unsigned i = 0; i < RELAYS_KEPT; i++) {
		const struct relays_refusal *before = &r->latest[i];

		if (is_same(before, refusal) &&
		    !nstime_passed(before->now, WITHIN, refusal->now) &&
		    endpoint_address_equal(&before->to, &refusal->from))
			relayed = true;
	}
	r->latest[r->count++ % RELAYS_KEPT] = *refusal;
	return relayed;
}

bool
relays_is_latest(const struct relays *r, const struct relays_refusal *refusal)
{
	const struct relays_refusal *latest =
	    &r->latest[(r->count + RELAYS_KEPT - 1) % RELAYS_KEPT];

	return is_same(latest, refusal) && latest->now == refusal->now &&
	    endpoint_address_equal(&latest->to, &refusal->to);
}
