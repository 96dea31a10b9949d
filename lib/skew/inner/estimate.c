/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/estimate.h"

void
estimate_done(struct estimate *e)
{
	for (unsigned i = 0; i < WITNESS_KINDS; i++)
		budget_release(
		    e->memory, e->offsets[i], sizeof(*e->offsets[i]));
}

void
estimate_own_ntp(struct estimate *e)
{
	e->own_ntp = true;
}

void
estimate_learnt(struct estimate *e, enum witness witness, bool learnt)
{
	e->learnt &= ~(1u << witness);
	if (learnt)
		e->learnt |= 1u << witness;
}

bool
estimate_input(struct estimate *e, enum witness witness,
    const struct offset_stamp *stamp, unsigned run, bool *changed)
{
	struct offset **o = &e->offsets[witness];

	if (*o == NULL)
		*o = budget_alloc(e->memory, sizeof(**o));
	if (*o == NULL)
		return false;
	*changed = offset_input(*o, stamp, run);
	return true;
}

void
estimate_rebase(struct estimate *e, nstime step)
{
	for (unsigned i = 0; i < WITNESS_KINDS; i++)
		if (e->offsets[i] != NULL)
			offset_rebase(e->offsets[i], step);
}

bool
estimate_mute(struct estimate *e, unsigned witnesses)
{
	bool any = false;

	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		if ((witnesses & 1u << i) == 0 || e->offsets[i] == NULL)
			continue;
		budget_release(
		    e->memory, e->offsets[i], sizeof(*e->offsets[i]));
		e->offsets[i] = NULL;
		any = true;
	}
	return any;
}

bool
estimate_is_empty(const struct estimate *e)
{
	for (unsigned i = 0; i < WITNESS_KINDS; i++)
		if (e->offsets[i] != NULL)
			return false;
	return true;
}

void
estimate_save(struct record *r, const struct estimate *e)
{
	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		if (e->offsets[i] == NULL)
			continue;
		record_more(r, true);
		record_u8(r, (uint8_t)i);
		offset_save(r, e->offsets[i]);
	}
	record_more(r, false);
}

void
estimate_load(struct estimate *e, struct cursor *c, nstime shift)
{
	while (record_read_more(c)) {
		struct offset **o =
		    &e->offsets[record_read_below(c, 1, WITNESS_KINDS)];

		if (c->bad || *o != NULL) {
			c->bad = true;
			return;
		}
		*o = budget_alloc(e->memory, sizeof(**o));
		if (*o == NULL) {
			c->bad = true;
			return;
		}
		offset_load(*o, c, shift);
		if ((*o)->used == 0)
			c->bad = true;
	}
}
