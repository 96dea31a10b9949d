/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/select.h"

#include "base/nstime.h"

/* Two witnesses agree within this, and within the drift of a clock (1 in 1,000)
 * or is slewed between their latest samples. */
#define SLACK (2 * NSTIME_S)
enum { DRIFT = 1000 };

/* A witness is stale when another has a sample so much newer: W32Time and ntpd
 * ask at least every 1,024 s. */
#define RECENT (1024 * NSTIME_S)

/* A field that had to be learned to be a clock accuses alone only after it has
 * agreed with itself so often. */
enum { LEARNT = 5 };

/* A witness with enough samples outweighs any number of pending ones. */
enum { SETTLED = 64 };

struct select_candidate {
	enum witness witness;
	struct offset_estimate offset;
	bool pending;    /* too few samples, or they do not agree */
	bool stale;      /* a newer one has contradicted it since */
	bool served;     /* a time server's: perhaps not of its own clock */
	unsigned weight; /* of all that agree with it */
};

struct select_candidates {
	unsigned count;
	struct select_candidate all[WITNESS_KINDS];
};

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

/* Are all samples of `b' newer than all of `a'?  Then the clock may have been
 * set in between. */
static bool
came_after(const struct offset_estimate *b, const struct offset_estimate *a)
{
	return b->since > a->latest ||
	    nstime_passed(a->latest, RECENT, b->latest);
}

static void
gather(const struct estimate *e, unsigned least, struct select_candidates *set)
{
	struct select_candidate *c = set->all;

	for (const struct offset *o = e->first; o != NULL; o = o->next) {
		c->witness = (enum witness)o->witness;
		if (witness_row(c->witness)->changes ||
		    !offset_estimate(o, &c->offset))
			continue;
		c->pending = c->offset.stamps < least || c->offset.unsettled ||
		    c->offset.mixed;
		c->stale = false;
		c->served = c->witness == WITNESS_NTP && !e->own_ntp;
		c++;
	}
	set->count = (unsigned)(c - set->all);
}

/* Do all of its own programs contradict it? */
static bool
is_overruled(
    const struct select_candidates *set, const struct select_candidate *c)
{
	bool any = false;

	if (!c->served)
		return false;
	for (unsigned i = 0; i < set->count; i++) {
		const struct select_candidate *other = &set->all[i];

		if (other == c || other->pending || other->stale)
			continue;
		if (agree(&c->offset, &other->offset))
			return false;
		any = true;
	}
	return any;
}

/* Take the service out that serves another time than that of its host. */
static void
overrule(struct select_candidates *set, struct select_result *r)
{
	for (unsigned i = 0; i < set->count; i++) {
		struct select_candidate *c = &set->all[i];

		if (c->pending || c->stale || !is_overruled(set, c))
			continue;
		r->serves_other = true;
		r->served = c->offset.interval;
		*c = set->all[--set->count];
		return;
	}
}

/* A service that may serve the time of its source contradicts the programs of
 * its host only where it was stepped after them. */
static bool
outdates(const struct select_candidate *other, const struct select_candidate *c)
{
	if (other->pending || agree(&c->offset, &other->offset))
		return false;
	if (other->served && !c->served)
		return other->offset.stepped &&
		    other->offset.since > c->offset.latest;
	return came_after(&other->offset, &c->offset);
}

static bool
is_stale(const struct select_candidates *set, const struct select_candidate *c)
{
	for (unsigned i = 0; i < set->count; i++)
		if (outdates(&set->all[i], c))
			return true;
	return false;
}

static bool
supports(const struct select_candidate *c, const struct select_candidate *other)
{
	return !other->stale && !other->offset.unsettled &&
	    agree(&c->offset, &other->offset);
}

static unsigned
weight_of(const struct select_candidates *set, const struct select_candidate *c)
{
	unsigned weight = 0;

	for (unsigned i = 0; i < set->count; i++) {
		const struct select_candidate *other = &set->all[i];

		if (!supports(c, other))
			continue;
		weight += witness_row(other->witness)->weight *
		    (other->pending ? 1 : SETTLED);
	}
	return c->stale ? 0 : weight;
}

static void
find_stale(struct select_candidates *set)
{
	for (unsigned i = 0; i < set->count; i++)
		set->all[i].stale = is_stale(set, &set->all[i]);
}

static const struct select_candidate *
weigh(struct select_candidates *set)
{
	const struct select_candidate *best = NULL;

	for (unsigned i = 0; i < set->count; i++) {
		struct select_candidate *c = &set->all[i];

		c->weight = weight_of(set, c);
		if (!c->stale && (best == NULL || c->weight > best->weight))
			best = c;
	}
	return best == NULL ? &set->all[0] : best;
}

/* An older interval is wider by now: the clock may have drifted. */
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
		return; /* they agree only within SLACK */
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

/* Of the witnesses that agree, the one with most samples: a lone stamp that
 * waited in a queue agrees within SLACK too, but is seconds late. */
static const struct select_candidate *
find_measure(
    const struct select_candidates *set, const struct select_candidate *best)
{
	const struct select_candidate *measure = best;

	for (unsigned i = 0; i < set->count; i++) {
		const struct select_candidate *c = &set->all[i];

		if (supports(best, c) &&
		    c->offset.stamps > measure->offset.stamps)
			measure = c;
	}
	return measure;
}

static void
join_all(const struct select_candidates *set,
    const struct select_candidate *best, struct select_result *r)
{
	const struct select_candidate *measure = find_measure(set, best);

	r->joint = measure->offset;
	r->witnesses = 1u << measure->witness;
	for (unsigned i = 0; i < set->count; i++) {
		const struct select_candidate *c = &set->all[i];

		if (c == measure || (c != best && !supports(best, c)))
			continue;
		if (!c->pending || measure->pending)
			sharpen(&r->joint, &c->offset);
		join(&r->joint, &c->offset);
		r->witnesses |= 1u << c->witness;
	}
}

static void
contradict(struct select_result *r, const struct select_candidate *c)
{
	r->contradicting |= 1u << c->witness;
	r->intervals[c->witness] = c->offset.interval;
}

/* Compare each with each. */
static void
compare(const struct select_candidates *set, struct select_result *r)
{
	for (unsigned i = 0; i < set->count; i++)
		for (unsigned k = i + 1; k < set->count; k++) {
			const struct select_candidate *a = &set->all[i];
			const struct select_candidate *b = &set->all[k];

			if (agree(&a->offset, &b->offset))
				continue;
			r->unanimous = false;
			if (a->pending || a->stale || b->pending || b->stale)
				continue;
			contradict(r, a);
			contradict(r, b);
		}
}

/* Mark the joint estimate mixed or unsettled by the unselected witnesses. */
static void
consider(const struct select_candidates *set,
    const struct select_candidate *best, struct select_result *r)
{
	for (unsigned i = 0; i < set->count; i++) {
		const struct select_candidate *c = &set->all[i];

		if ((r->witnesses & 1u << c->witness) != 0 || c->stale)
			continue;
		if (c->offset.mixed)
			r->joint.mixed = true;
		if (!c->pending && c->weight == best->weight)
			r->joint.mixed = true; /* a tie */
		if (c->pending && came_after(&c->offset, &r->joint))
			r->joint.unsettled = true;
	}
}

static void
select_from(struct select_candidates *candidates, struct select_result *result)
{
	const struct select_candidate *best;

	find_stale(candidates);
	overrule(candidates, result);
	if (candidates->count == 1) {
		best = &candidates->all[0];
		result->joint = best->offset;
		result->witnesses = 1u << best->witness;
		return;
	}
	best = weigh(candidates);
	join_all(candidates, best, result);
	compare(candidates, result);
	consider(candidates, best, result);
}

/* Is there one witness only, which had to be learned, and too few of it? */
static bool
is_unproven(const struct estimate *e, const struct select_result *r)
{
	const bool alone = (r->witnesses & (r->witnesses - 1)) == 0;

	return alone && (r->witnesses & e->learnt) != 0 &&
	    r->joint.stamps < LEARNT;
}

/* The clock of the host was changed by as much as the joint estimate is off, or
 * was changed by itself: then it is known when. */
static void
support(struct select_result *r, enum witness witness,
    const struct offset_estimate *change)
{
	struct offset_interval wanted = r->joint.interval;

	if (r->joint.stepped)
		wanted =
		    (struct offset_interval){ r->joint.step, r->joint.step };
	if (!change->stepped || change->step < wanted.lo - SLACK ||
	    change->step > wanted.hi + SLACK)
		return;
	r->supporting |= 1u << witness;
	if (r->joint.stepped)
		return;
	r->joint.stepped = true;
	r->joint.step = change->step;
	r->joint.stepped_at = change->stepped_at;
}

bool
select_witnesses(
    const struct estimate *e, unsigned least, struct select_result *result)
{
	struct select_candidates candidates;
	struct offset_estimate change;

	gather(e, least, &candidates);
	if (candidates.count == 0)
		return false;
	*result = (struct select_result){ .unanimous = true };
	select_from(&candidates, result);
	if (is_unproven(e, result))
		result->joint.unsettled = true;
	for (const struct offset *o = e->first; o != NULL; o = o->next)
		if (witness_row((enum witness)o->witness)->changes &&
		    offset_estimate(o, &change))
			support(result, (enum witness)o->witness, &change);
	return true;
}

enum select_verdict
select_verdict(const struct offset_estimate *joint, nstime reference,
    nstime warn, unsigned least)
{
	const nstime lo = joint->interval.lo - reference;
	const nstime hi = joint->interval.hi - reference;

	if (joint->mixed)
		return SELECT_MIXED;
	if (joint->stamps < least || joint->unsettled)
		return SELECT_PENDING;
	if (lo >= warn || hi <= -warn)
		return SELECT_FALSETICKER;
	return hi < warn && lo > -warn ? SELECT_TRUECHIMER : SELECT_DISTANT;
}
