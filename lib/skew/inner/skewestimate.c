/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/skewestimate.h"

#include "clock/shape.h"

/* Each for itself, against `zero'. */
static void
list_testimonies(const struct peer *p, nstime zero, unsigned believed,
    struct skew_estimate *estimate)
{
	const struct offset *o = p->estimate.first;
	struct offset_estimate e;

	for (; o != NULL; o = o->next) {
		const enum witness witness = (enum witness)o->witness;

		if (!offset_estimate(o, &e))
			continue;
		if (!witness_row(witness)->changes) {
			e.interval.lo -= zero;
			e.interval.hi -= zero;
		}
		estimate->said[estimate->said_count++] =
		    (struct skew_testimony){
			    .witness = witness,
			    .offset = offset_middle(e.interval),
			    .uncertainty = offset_uncertainty(e.interval),
			    .samples = e.stamps,
			    .believed = (believed >> witness & 1) != 0,
		    };
	}
}

bool
skewestimate_of(const struct peers *peers, const struct peer *p, nstime zero,
    struct select_result *r, struct skew_estimate *estimate)
{
	struct shape shape;

	if (!peers_select(peers, p, r))
		return false;
	r->joint.interval.lo -= zero;
	r->joint.interval.hi -= zero;
	shape = shape_of(&r->joint, p->wall);
	*estimate = (struct skew_estimate){
		.peer = p->key.address,
		.attribution = (enum stamp_attribution)p->key.attribution,
		.agent = peer_agent(&p->key),
		.offset = offset_middle(r->joint.interval),
		.uncertainty = offset_uncertainty(r->joint.interval),
		.samples = r->joint.stamps,
		.witnesses = r->witnesses,
		.shape = shape.kind,
	};
	list_testimonies(p, zero, r->witnesses | r->supporting, estimate);
	return true;
}
