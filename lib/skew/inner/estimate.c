/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/estimate.h"

static void
drop(struct estimate *e, unsigned witness)
{
	struct offset *o = e->offsets[witness];

	if (o != NULL)
		budget_release(e->memory, o, offset_octets(o->room));
	e->offsets[witness] = NULL;
}

void
estimate_done(struct estimate *e)
{
	for (unsigned i = 0; i < WITNESS_KINDS; i++)
		drop(e, i);
}

/* NULL when out of memory. */
static struct offset *
new_offset(const struct estimate *e, unsigned room)
{
	struct offset *o = budget_alloc(e->memory, offset_octets(room));

	if (o != NULL)
		offset_init(o, room);
	return o;
}

/* Without memory for that it stays as it is. */
static void
enlarge(struct estimate *e, enum witness witness)
{
	const struct offset *o = e->offsets[witness];
	struct offset *larger = new_offset(e, 2u * o->room);

	if (larger == NULL)
		return;
	offset_copy(larger, o);
	drop(e, witness);
	e->offsets[witness] = larger;
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
		*o = new_offset(e, OFFSET_RUN);
	if (*o == NULL)
		return false;
	if (offset_is_full(*o))
		enlarge(e, witness);
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
		drop(e, i);
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
		*o = new_offset(e, OFFSET_RUN);
		if (*o == NULL) {
			c->bad = true;
			return;
		}
		offset_load(*o, c, shift);
		if ((*o)->used == 0)
			c->bad = true;
	}
}
