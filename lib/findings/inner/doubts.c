/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/doubts.h"

void
doubts_add(struct doubts *d, const struct outcome *o)
{
	struct doubt *doubt = &d->kept[d->next];

	*doubt = (struct doubt){
		.id = o->id,
		.flow = o->request.flow,
		.to_server = o->request.to_server,
		.sent = o->request.sent,
		.uas = o->uas,
	};
	tally_name(doubt->method, o->method);
	d->next = (d->next + 1) % DOUBTS_KEPT;
}

void
doubts_remove(struct doubts *d, uint64_t id)
{
	for (size_t i = 0; i < DOUBTS_KEPT; i++)
		if (d->kept[i].id == id)
			d->kept[i].id = 0;
}

bool
doubts_take(struct doubts *d, const struct doubts_gap *gap, struct doubt *taken)
{
	for (size_t i = 0; i < DOUBTS_KEPT; i++) {
		struct doubt *doubt = &d->kept[i];

		if (doubt->id == 0 || doubt->flow != gap->flow ||
		    doubt->to_server == gap->to_server ||
		    doubt->sent < gap->since)
			continue;
		*taken = *doubt;
		doubt->id = 0;
		return true;
	}
	return false;
}
