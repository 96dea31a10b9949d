/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/offset.h"

#include "clock/inner/interval.h"
#include "clock/inner/rival.h"

enum {
	LEAST_ROOM = 4,       /* for samples */
	OFTEN = 4,            /* samples from one estimate to the next */
	ANCHOR_SAMPLES = 4,   /* before drift is measured from an estimate */
	LEAST_DRIFT_MS = 500, /* a day: any crystal does that */
	KEPT = 8,             /* samples over a restart */
	WHOLE = 0x80 /* added to their number: all of the rival follows; older
		      * versions saved less of it */
};

#define MOST_WIDTH (3601 * NSTIME_S)
#define SOON (10 * NSTIME_S)
#define LEAST_BASELINE (60 * NSTIME_S)

bool
offset_stamp(nstime told, nstime width, nstime wall, nstime now,
    struct offset_stamp *stamp)
{
	nstime lo;

	if (width < 0 || width > MOST_WIDTH)
		return false;
	if (__builtin_sub_overflow(told, wall, &lo))
		return false;
	if (lo > OFFSET_LIMIT || lo < -OFFSET_LIMIT)
		return false;
	*stamp = (struct offset_stamp){
		.interval = { lo, lo + width },
		.told = told,
		.wall = wall,
		.now = now,
	};
	return true;
}

static size_t
octets_of(unsigned room)
{
	return sizeof(struct offset) + room * sizeof(struct offset_sample);
}

static struct offset *
new_with_room(struct budget_share *memory, unsigned room)
{
	struct offset *o = budget_alloc(memory, octets_of(room));

	if (o != NULL)
		o->room = (uint8_t)room;
	return o;
}

struct offset *
offset_new(struct budget_share *memory)
{
	return new_with_room(memory, LEAST_ROOM);
}

void
offset_free(struct offset *o, struct budget_share *memory)
{
	if (o == NULL)
		return;
	budget_release(memory, o->rival, sizeof(*o->rival));
	budget_release(memory, o, octets_of(o->room));
}

static bool
add_rival(struct offset *o, struct budget_share *memory)
{
	if (o->rival == NULL)
		o->rival = budget_alloc(memory, sizeof(*o->rival));
	return o->rival != NULL;
}

/* Without memory for that it stays as it is. */
static void
enlarge(struct offset **o, struct budget_share *memory)
{
	const uint8_t room = (uint8_t)(2 * (*o)->room);
	struct offset *larger = new_with_room(memory, room);

	if (larger == NULL)
		return;
	memcpy(larger, *o, octets_of((*o)->used));
	larger->room = room;
	budget_release(memory, *o, octets_of((*o)->room));
	*o = larger;
}

/* In a ring that has gone round the newest is somewhere in the middle: it
 * grows when it comes to the end.  A run may be about to take its place. */
static bool
needs_room(const struct offset *o)
{
	const bool is_full = o->used == o->room && o->newest == o->used - 1;

	return o->room < OFFSET_SAMPLES &&
	    (is_full || (o->rival != NULL && rival_kept(o->rival) >= o->room));
}

static bool
intersect(const struct offset *o, struct offset_interval *result)
{
	struct offset_interval intervals[OFFSET_SAMPLES];

	for (unsigned i = 0; i < o->used; i++)
		intervals[i] =
		    interval_aged(&o->samples[i], o->samples[o->newest].at);
	return interval_majority(intervals, o->used, result);
}

/* Keep the newer half, the oldest first. */
static void
forget_older(struct offset *o)
{
	struct offset_sample kept[OFFSET_SAMPLES];
	const unsigned count = (o->used + 1) / 2;

	for (unsigned i = 0; i < count; i++)
		kept[i] = o->samples[(o->newest + o->used - (count - 1 - i)) %
		    o->used];
	for (unsigned i = 0; i < count; i++)
		o->samples[i] = kept[i];
	o->used = (uint8_t)count;
	o->newest = (uint8_t)(count - 1);
}

/* A clock that drifts faster than OFFSET_DRIFT_PPM outruns its own samples:
 * then the newer ones are right. */
static void
settle(struct offset *o)
{
	while (!intersect(o, &o->present.interval))
		forget_older(o);
	o->present.at = o->samples[o->newest].at;
	if (o->anchored || o->used < ANCHOR_SAMPLES)
		return;
	o->anchored = true;
	o->anchor = o->present;
}

static void
add_sample(struct offset *o, const struct offset_sample *s, nstime told)
{
	if (o->used < o->room)
		o->newest = o->used++;
	else
		o->newest = (uint8_t)((o->newest + 1) % o->room);
	o->samples[o->newest] = *s;
	o->newest_told = told;
}

/*
 * Stamps of the same time are one sample: the first seen has the best lower
 * edge, the last the best upper one.  Thus 32 samples cover 32 seconds however
 * busy a host is.
 */
static bool
merge(struct offset *o, const struct offset_stamp *stamp)
{
	struct offset_interval *newest = &o->samples[o->newest].interval;

	if (o->used == 0 || stamp->told != o->newest_told ||
	    !interval_overlap(stamp->interval, *newest))
		return false;
	if (stamp->interval.lo > newest->lo)
		newest->lo = stamp->interval.lo;
	if (stamp->interval.hi < newest->hi)
		newest->hi = stamp->interval.hi;
	return true;
}

static void
remember(struct offset *o)
{
	o->remembered += o->remembered < RIVAL_STAMPS;
	o->remembered_against += o->remembered_against < RIVAL_STAMPS;
}

static bool
on_agreement(struct offset *o, const struct offset_sample *s, nstime told)
{
	bool merged;

	if (o->stamps == 0)
		o->since = s->at;
	o->latest = s->at;
	remember(o);
	if (o->rival != NULL)
		o->outliers += rival_agree(o->rival);
	o->stamps += o->stamps < UINT32_MAX;
	merged = merge(
	    o, &(struct offset_stamp){ .interval = s->interval, .told = told });
	if (merged && o->stamps > RIVAL_STAMPS)
		return false;
	if (!merged)
		add_sample(o, s, told);
	/* Of 32 samples, a few more or less change nothing, unless so much
	 * time has passed that the clock has drifted. */
	if (o->used == OFFSET_SAMPLES && o->newest % OFTEN != 0 &&
	    interval_time(o->present.at, s->at) < SOON)
		return false;
	settle(o);
	return true;
}

/* Its oldest samples are left out where there is no room for them. */
static void
take_samples(struct offset *o, const struct rival *r, nstime told)
{
	const unsigned kept = rival_kept(r);

	o->used = 0;
	for (unsigned i = kept > o->room ? kept - o->room : 0; i < kept; i++)
		add_sample(o, rival_run(r, i), told);
	o->since = o->samples[0].at;
	o->latest = o->samples[o->newest].at;
}

/* The run is the clock from now on.  If less than a run came before it, that
 * was no clock but an outlier. */
static void
take_step(struct offset *o, nstime told, unsigned run)
{
	struct rival *const r = o->rival;
	const struct offset_sample former = o->present;
	const unsigned stamps = o->stamps;
	const nstime since = o->since;
	nstime step;

	take_samples(o, r, told);
	o->stamps = r->run_length;
	o->remembered_against = 0;
	rival_take_over(r, &former, o->remembered);
	settle(o);
	step =
	    offset_middle(o->present.interval) - offset_middle(former.interval);
	if (step < OFFSET_LEAST_STEP && step > -OFFSET_LEAST_STEP) {
		o->stamps += stamps;
		return;
	}
	o->anchored = false;
	if (stamps < run) {
		o->outliers += stamps;
		return;
	}
	o->outliers = 0;
	rival_step(r, step, interval_time(since, o->since));
}

static void
on_contradiction(struct offset *o, const struct offset_sample *s,
    const struct offset_stamp *stamp, unsigned run)
{
	const struct rival_stamp contradicting = {
		.sample = *s,
		.wall = stamp->wall,
		.is_first = o->outliers == 0,
	};

	remember(o);
	o->outliers += rival_contradict(o->rival, &o->present, &contradicting);
	if (o->rival->run_length >= run)
		take_step(o, stamp->told, run);
}

bool
offset_input(struct offset **place, const struct offset_stamp *stamp,
    unsigned run, struct budget_share *memory, bool *changed)
{
	const struct offset_sample s = { .interval = stamp->interval,
		.at = stamp->now };
	struct offset *o;

	if (needs_room(*place))
		enlarge(place, memory);
	o = *place;
	*changed = true;
	if (o->used == 0 ||
	    interval_overlap(
		interval_aged(&o->present, stamp->now), stamp->interval))
		*changed = on_agreement(o, &s, stamp->told);
	else if (add_rival(o, memory))
		on_contradiction(o, &s, stamp, run);
	else
		return false;
	return true;
}

bool
offset_repeats(const struct offset *o, const struct offset_stamp *stamp)
{
	return o->used > 0 && stamp->told == o->newest_told;
}

static bool
are_many(uint32_t stamps, unsigned of)
{
	return (unsigned)__builtin_popcount(stamps) * 4 > of + 2;
}

static void
estimate_drift(const struct offset *o, struct offset_estimate *e)
{
	const struct offset_interval from = o->anchor.interval;
	const struct offset_interval to = o->present.interval;
	const nstime passed = interval_time(o->anchor.at, o->present.at);
	nstime moved, least;

	if (!o->anchored || passed < LEAST_BASELINE)
		return;
	moved = offset_middle(to) - offset_middle(from);
	least = moved > 0 ? to.lo - from.hi : from.lo - to.hi;
	/* To milliseconds a day without overflow: microseconds by seconds. */
	if (least <= 0 || least > 86400 * NSTIME_S)
		return;
	if (least / NSTIME_US * 86400 / (passed / NSTIME_S) / 1000 <
	    LEAST_DRIFT_MS)
		return;
	e->drifts = true;
	e->drift_ms = moved / NSTIME_US * 86400 / (passed / NSTIME_S) / 1000;
}

/* What contradicts it makes it worth less. */
static void
doubt(const struct offset *o, struct offset_estimate *e)
{
	const struct rival *const r = o->rival;
	const unsigned against = (unsigned)__builtin_popcount(r->against);
	const unsigned recent = o->remembered_against;
	const bool is_near = rival_run_is_near(r, &o->present.interval);

	e->unsettled =
	    (r->run_length > 0 && !is_near) || are_many(r->against, recent);
	e->mixed = rival_is_clock(r, o->remembered) ||
	    (recent >= 8 && against * 2 > recent);
	e->stepped = r->stepped;
	e->step = r->step;
	e->stepped_at = r->stepped_at;
	if (is_near || are_many(r->near, recent))
		e->interval = interval_hull(o->present.interval, r->jitter);
	if (e->unsettled && o->outliers + r->run_length >= o->stamps) {
		e->interval = interval_hull(o->present.interval, r->strays);
		e->stamps += o->outliers + r->run_length;
		e->outliers = 0;
	}
}

bool
offset_estimate(const struct offset *o, struct offset_estimate *estimate)
{
	if (o->used == 0)
		return false;
	*estimate = (struct offset_estimate){
		.interval = o->present.interval,
		.since = o->since,
		.latest = o->latest,
		.stamps = o->stamps,
		.outliers = o->outliers,
	};
	estimate_drift(o, estimate);
	if (o->rival != NULL)
		doubt(o, estimate);
	return true;
}

void
offset_rebase(struct offset *o, nstime step)
{
	for (unsigned i = 0; i < o->used; i++)
		o->samples[i].at = nstime_after(o->samples[i].at, step);
	o->present.at = nstime_after(o->present.at, step);
	o->anchor.at = nstime_after(o->anchor.at, step);
	o->since = nstime_after(o->since, step);
	o->latest = nstime_after(o->latest, step);
	if (o->rival != NULL)
		rival_rebase(o->rival, step);
}

void
offset_save(struct record *r, const struct offset *o)
{
	const unsigned kept = o->used < KEPT ? o->used : KEPT;

	record_u8(r, (uint8_t)(WHOLE + kept));
	for (unsigned i = kept; i > 0; i--)
		interval_save_sample(
		    r, &o->samples[(o->newest + o->used + 1 - i) % o->used]);
	record_u64(r, (uint64_t)o->newest_told);
	record_u32(r, o->stamps);
	record_u32(r, o->outliers);
	record_u8(r, o->remembered);
	record_u8(r, o->remembered_against);
	record_flag(r, o->anchored);
	record_time(r, o->since);
	record_time(r, o->latest);
	interval_save_sample(r, &o->present);
	interval_save_sample(r, &o->anchor);
	record_flag(r, o->rival != NULL);
	if (o->rival != NULL)
		rival_save(r, o->rival);
}

static void
load_samples(struct offset *o, struct cursor *c, nstime shift)
{
	o->newest = (uint8_t)(o->used - 1);
	for (unsigned i = 0; i < o->used; i++) {
		o->samples[i] = interval_load_sample(c, shift);
		if (o->samples[i].interval.lo > o->samples[i].interval.hi)
			c->bad = true;
	}
}

/* An older version saved no run that was under way: its samples are
 * outliers. */
static void
load_older(struct offset *o, struct rival *r, struct cursor *c, nstime shift)
{
	o->newest_told = (nstime)cursor_le64(c);
	o->stamps = cursor_le32(c);
	o->outliers = cursor_le32(c);
	r->against = cursor_le32(c);
	r->elsewhere = cursor_le32(c);
	o->remembered = (uint8_t)record_read_below(c, 1, RIVAL_STAMPS + 1);
	o->remembered_against =
	    (uint8_t)record_read_below(c, 1, RIVAL_STAMPS + 1);
	r->stepped = record_read_flag(c);
	o->anchored = record_read_flag(c);
	r->step = record_read_within(c, INTERVAL_LIMIT);
	r->stepped_at = record_read_time(c);
	o->since = record_read_now(c, shift);
	o->latest = record_read_now(c, shift);
	o->present = interval_load_sample(c, shift);
	r->other = interval_load_sample(c, shift);
	o->anchor = interval_load_sample(c, shift);
}

static bool
load_whole(struct offset *o, struct rival *r, struct cursor *c, nstime shift)
{
	bool has_rival;

	o->newest_told = (nstime)cursor_le64(c);
	o->stamps = cursor_le32(c);
	o->outliers = cursor_le32(c);
	o->remembered = (uint8_t)record_read_below(c, 1, RIVAL_STAMPS + 1);
	o->remembered_against =
	    (uint8_t)record_read_below(c, 1, RIVAL_STAMPS + 1);
	o->anchored = record_read_flag(c);
	o->since = record_read_now(c, shift);
	o->latest = record_read_now(c, shift);
	o->present = interval_load_sample(c, shift);
	o->anchor = interval_load_sample(c, shift);
	has_rival = record_read_flag(c);
	if (has_rival)
		rival_load(r, c, shift);
	return has_rival;
}

/* True: it has a rival, which is in *r. */
static bool
load_facts(struct offset *o, struct rival *r, bool is_whole, struct cursor *c,
    nstime shift)
{
	if (is_whole)
		return load_whole(o, r, c, shift);
	load_older(o, r, c, shift);
	return r->against != 0 || r->elsewhere != 0 || r->stepped;
}

struct offset *
offset_load(struct cursor *c, nstime shift, struct budget_share *memory)
{
	const unsigned saved =
	    (unsigned)record_read_below(c, 1, WHOLE + KEPT + 1);
	const unsigned used = saved % WHOLE;
	struct rival rival = { .against = 0 };
	struct offset *o =
	    new_with_room(memory, used > LEAST_ROOM ? KEPT : LEAST_ROOM);

	if (o == NULL || used == 0 || used > KEPT) {
		offset_free(o, memory);
		c->bad = true;
		return NULL;
	}
	o->used = (uint8_t)used;
	load_samples(o, c, shift);
	if (!load_facts(o, &rival, saved >= WHOLE, c, shift))
		return o;
	if (!add_rival(o, memory))
		c->bad = true;
	else
		*o->rival = rival;
	return o;
}
