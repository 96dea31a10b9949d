/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/estimate.h"

/* Where the offset of that witness is linked, or belongs. */
static struct offset **
place_of(struct estimate *e, enum witness witness)
{
	struct offset **place = &e->first;

	while (*place != NULL && (*place)->witness < witness)
		place = &(*place)->next;
	return place;
}

static bool
is_there(const struct offset *o, enum witness witness)
{
	return o != NULL && o->witness == witness;
}

static void
link_in(struct offset **place, struct offset *o, enum witness witness)
{
	o->witness = (uint8_t)witness;
	o->next = *place;
	*place = o;
}

static void
drop(struct estimate *e, struct offset **place)
{
	struct offset *o = *place;

	*place = o->next;
	offset_free(o, e->memory);
}

void
estimate_done(struct estimate *e)
{
	while (e->first != NULL)
		drop(e, &e->first);
}

const struct offset *
estimate_offset(const struct estimate *e, enum witness witness)
{
	for (const struct offset *o = e->first; o != NULL; o = o->next)
		if (o->witness == witness)
			return o;
	return NULL;
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
	struct offset **place = place_of(e, witness);

	if (!is_there(*place, witness)) {
		struct offset *o = offset_new(e->memory);

		if (o == NULL)
			return false;
		link_in(place, o, witness);
	}
	return offset_input(place, stamp, run, e->memory, changed);
}

void
estimate_rebase(struct estimate *e, nstime step)
{
	for (struct offset *o = e->first; o != NULL; o = o->next)
		offset_rebase(o, step);
}

bool
estimate_mute(struct estimate *e, unsigned witnesses)
{
	struct offset **place = &e->first;
	bool any = false;

	while (*place != NULL) {
		if ((witnesses & 1u << (*place)->witness) == 0) {
			place = &(*place)->next;
			continue;
		}
		drop(e, place);
		any = true;
	}
	return any;
}

bool
estimate_is_empty(const struct estimate *e)
{
	return e->first == NULL;
}

void
estimate_save(struct record *r, const struct estimate *e)
{
	for (const struct offset *o = e->first; o != NULL; o = o->next) {
		record_more(r, true);
		record_u8(r, o->witness);
		offset_save(r, o);
	}
	record_more(r, false);
}

void
estimate_save_facts(struct record *r, const struct estimate *e)
{
	record_u32(r, e->learnt);
	record_flag(r, e->own_ntp);
}

void
estimate_load_facts(struct estimate *e, struct cursor *c)
{
	e->learnt =
	    (unsigned)record_read_below(c, 4, (uint64_t)1 << WITNESS_KINDS);
	e->own_ntp = record_read_flag(c);
}

void
estimate_load(struct estimate *e, struct cursor *c, nstime shift)
{
	while (record_read_more(c)) {
		const enum witness witness =
		    record_read_below(c, 1, WITNESS_KINDS);
		struct offset **place = place_of(e, witness), *o;

		if (c->bad || is_there(*place, witness)) {
			c->bad = true;
			return;
		}
		o = offset_load(c, shift, e->memory);
		if (o == NULL)
			return;
		link_in(place, o, witness);
	}
}
