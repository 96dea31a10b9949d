/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/testimony.h"

#include <stdlib.h>

#include "findings/due.h"

/* Witnesses may differ by so much, and by what a clock may drift (1 in 1,000)
 * or be slewed between the last words of both. */
#define SLACK (2 * NSTIME_S)
enum { DRIFT = 1000 };

/* Who was not heard for so much longer than another is not up to date: W32Time
 * and ntpd ask at least every 1,024 s. */
#define RECENT (1024 * NSTIME_S)

/* Established witnesses outweigh any number of stray stamps. */
enum { ESTABLISHED = 64 };

struct voice {
	enum witness witness;
	struct offset_estimate says;
	bool established; /* often enough, and without wavering */
	bool outdated;    /* somebody said otherwise since it was heard */
	unsigned weight;  /* of all that agree with it */
};

struct voices {
	unsigned count;
	struct voice all[WITNESS_KINDS];
};

void
testimony_done(struct testimony *t)
{
	for (unsigned i = 0; i < WITNESS_KINDS; i++)
		free(t->offsets[i]);
}

bool
testimony_input(struct testimony *t, enum witness witness,
    const struct offset_stamp *stamp, unsigned run, bool *changed)
{
	struct offset **o = &t->offsets[witness];

	if (*o == NULL)
		*o = calloc(1, sizeof(**o));
	if (*o == NULL)
		return false;
	*changed = offset_input(*o, stamp, run);
	return true;
}

static nstime
span(nstime from, nstime to)
{
	nstime between;

	if (__builtin_sub_overflow(to, from, &between))
		return OFFSET_LIMIT;
	if (between < 0)
		between = -between;
	return between < OFFSET_LIMIT ? between : OFFSET_LIMIT;
}

static bool
agree(const struct offset_estimate *a, const struct offset_estimate *b)
{
	const nstime slack = SLACK + span(a->latest, b->latest) / DRIFT;

	return a->interval.lo - slack <= b->interval.hi &&
	    b->interval.lo - slack <= a->interval.hi;
}

/* Was `b' heard, and only after `a'?  Then the clock may have been set. */
static bool
came_after(const struct offset_estimate *b, const struct offset_estimate *a)
{
	return b->since > a->latest || due_by(a->latest, RECENT, b->latest);
}

static void
listen(const struct testimony *t, unsigned least, struct voices *voices)
{
	struct voice *v = voices->all;

	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		if (t->offsets[i] == NULL ||
		    !offset_estimate(t->offsets[i], &v->says))
			continue;
		v->witness = (enum witness)i;
		v->established = v->says.stamps >= least &&
		    !v->says.unsettled && !v->says.mixed;
		v->outdated = false;
		v++;
	}
	voices->count = (unsigned)(v - voices->all);
}

static bool
is_outdated(const struct voices *voices, const struct voice *v)
{
	for (unsigned i = 0; i < voices->count; i++) {
		const struct voice *other = &voices->all[i];

		if (other->established && !agree(&v->says, &other->says) &&
		    came_after(&other->says, &v->says))
			return true;
	}
	return false;
}

static bool
supports(const struct voice *v, const struct voice *other)
{
	return !other->outdated && !other->says.unsettled &&
	    agree(&v->says, &other->says);
}

static unsigned
weight_of(const struct voices *voices, const struct voice *v)
{
	unsigned weight = 0;

	for (unsigned i = 0; i < voices->count; i++) {
		const struct voice *other = &voices->all[i];

		if (!supports(v, other))
			continue;
		weight += witness_row(other->witness)->weight *
		    (other->established ? ESTABLISHED : 1);
	}
	return v->outdated ? 0 : weight;
}

static const struct voice *
weigh(struct voices *voices)
{
	const struct voice *best = NULL;

	for (unsigned i = 0; i < voices->count; i++)
		voices->all[i].outdated = is_outdated(voices, &voices->all[i]);
	for (unsigned i = 0; i < voices->count; i++) {
		struct voice *v = &voices->all[i];

		v->weight = weight_of(voices, v);
		if (!v->outdated && (best == NULL || v->weight > best->weight))
			best = v;
	}
	return best == NULL ? &voices->all[0] : best;
}

/* Of what was said earlier less is known by now. */
static void
age(struct offset_interval *i, nstime from, nstime to)
{
	const nstime drift = span(from, to) / (1000000 / OFFSET_DRIFT_PPM);

	if (from >= to)
		return;
	i->lo -= drift;
	i->hi += drift;
}

static void
narrow(struct offset_interval *all, struct offset_interval one)
{
	if (one.lo > all->hi || one.hi < all->lo)
		return; /* they agree within the slack */
	if (one.lo > all->lo)
		all->lo = one.lo;
	if (one.hi < all->hi)
		all->hi = one.hi;
}

static void
sharpen(struct offset_estimate *joint, const struct offset_estimate *one)
{
	struct offset_interval interval = one->interval;

	age(&interval, one->latest, joint->latest);
	age(&joint->interval, joint->latest, one->latest);
	narrow(&joint->interval, interval);
}

static void
join(struct offset_estimate *joint, const struct offset_estimate *one)
{
	joint->stamps += one->stamps;
	joint->outliers += one->outliers;
	joint->mixed = joint->mixed || one->mixed;
	if (one->since < joint->since)
		joint->since = one->since;
	if (one->latest > joint->latest)
		joint->latest = one->latest;
	if (one->stepped &&
	    (!joint->stepped || one->stepped_at > joint->stepped_at)) {
		joint->stepped = true;
		joint->step = one->step;
		joint->stepped_at = one->stepped_at;
	}
	if (one->drifts && !joint->drifts) {
		joint->drifts = true;
		joint->drift_ms = one->drift_ms;
	}
}

/* Of those that agree, the one heard most often: a lone stamp that waited in
 * a queue agrees within the slack too, and is no measure. */
static const struct voice *
find_measure(const struct voices *voices, const struct voice *best)
{
	const struct voice *measure = best;

	for (unsigned i = 0; i < voices->count; i++) {
		const struct voice *v = &voices->all[i];

		if (supports(best, v) && v->says.stamps > measure->says.stamps)
			measure = v;
	}
	return measure;
}

static void
join_all(const struct voices *voices, const struct voice *best,
    struct testimony_estimate *e)
{
	const struct voice *measure = find_measure(voices, best);

	e->joint = measure->says;
	e->witnesses = 1u << measure->witness;
	for (unsigned i = 0; i < voices->count; i++) {
		const struct voice *v = &voices->all[i];

		if (v == measure || (v != best && !supports(best, v)))
			continue;
		if (v->established || !measure->established)
			sharpen(&e->joint, &v->says);
		join(&e->joint, &v->says);
		e->witnesses |= 1u << v->witness;
	}
}

static void
contradict(struct testimony_estimate *e, const struct voice *v)
{
	e->contradicting |= 1u << v->witness;
	e->intervals[v->witness] = v->says.interval;
}

/* Each against each. */
static void
compare(const struct voices *voices, struct testimony_estimate *e)
{
	for (unsigned i = 0; i < voices->count; i++)
		for (unsigned k = i + 1; k < voices->count; k++) {
			const struct voice *a = &voices->all[i];
			const struct voice *b = &voices->all[k];

			if (agree(&a->says, &b->says))
				continue;
			e->unanimous = false;
			if (!a->established || a->outdated || !b->established ||
			    b->outdated)
				continue;
			contradict(e, a);
			contradict(e, b);
		}
}

/* What the others do to the joint estimate. */
static void
consider(const struct voices *voices, const struct voice *best,
    struct testimony_estimate *e)
{
	for (unsigned i = 0; i < voices->count; i++) {
		const struct voice *v = &voices->all[i];

		if ((e->witnesses & 1u << v->witness) != 0 || v->outdated)
			continue;
		if (v->says.mixed)
			e->joint.mixed = true;
		if (v->established && v->weight == best->weight)
			e->joint.mixed = true; /* a tie */
		if (!v->established && came_after(&v->says, &e->joint))
			e->joint.unsettled = true;
	}
}

bool
testimony_estimate(const struct testimony *t, unsigned least,
    struct testimony_estimate *estimate)
{
	struct voices voices;
	const struct voice *best;

	listen(t, least, &voices);
	if (voices.count == 0)
		return false;
	*estimate = (struct testimony_estimate){ .unanimous = true };
	best = voices.count == 1 ? &voices.all[0] : weigh(&voices);
	if (voices.count == 1) {
		estimate->joint = best->says;
		estimate->witnesses = 1u << best->witness;
		return true;
	}
	join_all(&voices, best, estimate);
	compare(&voices, estimate);
	consider(&voices, best, estimate);
	return true;
}

bool
testimony_mute(struct testimony *t, unsigned witnesses)
{
	bool any = false;

	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		if ((witnesses & 1u << i) == 0 || t->offsets[i] == NULL)
			continue;
		free(t->offsets[i]);
		t->offsets[i] = NULL;
		any = true;
	}
	return any;
}

bool
testimony_is_empty(const struct testimony *t)
{
	for (unsigned i = 0; i < WITNESS_KINDS; i++)
		if (t->offsets[i] != NULL)
			return false;
	return true;
}

void
testimony_save(struct record *r, const struct testimony *t)
{
	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		if (t->offsets[i] == NULL)
			continue;
		record_more(r, true);
		record_u8(r, (uint8_t)i);
		offset_save(r, t->offsets[i]);
	}
	record_more(r, false);
}

void
testimony_load(struct testimony *t, struct cursor *c, nstime shift)
{
	while (record_read_more(c)) {
		struct offset **o =
		    &t->offsets[record_read_below(c, 1, WITNESS_KINDS)];

		if (c->bad || *o != NULL) {
			c->bad = true;
			return;
		}
		*o = calloc(1, sizeof(**o));
		if (*o == NULL) {
			c->bad = true;
			return;
		}
		offset_load(*o, c, shift);
		if ((*o)->used == 0)
			c->bad = true;
	}
}

void
testimony_write(struct textbuf *t, unsigned witnesses)
{
	const char *before = "";

	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		if ((witnesses & 1u << i) == 0)
			continue;
		textbuf_add(t, before);
		textbuf_add(t, witness_name((enum witness)i));
		before = ",";
	}
}
