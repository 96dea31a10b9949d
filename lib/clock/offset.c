/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/offset.h"

#include "clock/inner/interval.h"

enum {
	REMEMBERED = 32,      /* stamps */
	OFTEN = 4,            /* samples from one estimate to the next */
	ANCHOR_SAMPLES = 4,   /* before drift is measured from an estimate */
	LEAST_DRIFT_MS = 500, /* a day: any crystal does that */
	LONG_RUN = 3,         /* stamps of a clock that flaps */
	KEPT = OFFSET_RUN     /* samples over a restart */
};

#define MOST_WIDTH (3601 * NSTIME_S)
/* By which an interval may go beyond OFFSET_LIMIT. */
#define MOST_BEYOND (86400 * NSTIME_S)
#define SOON (10 * NSTIME_S)
/* Several clocks by turns take shorter ones; a single one that flaps, since two
 * of its masters disagree, stays for a while each time. */
#define LONG_TURN (60 * NSTIME_S)
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

void
offset_init(struct offset *o, unsigned room)
{
	*o = (struct offset){ .room = (uint8_t)room };
}

/* In a ring that has gone round the newest is somewhere in the middle: it
 * grows when it comes to the end. */
bool
offset_is_full(const struct offset *o)
{
	return o->used == o->room && o->newest == o->used - 1 &&
	    o->room < OFFSET_SAMPLES;
}

void
offset_copy(struct offset *o, const struct offset *from)
{
	const uint8_t room = o->room;

	memcpy(o, from, offset_octets(from->used));
	o->room = room;
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

enum { AGREES, IS_NEAR, CONTRADICTS };

static void
remember(struct offset *o, int how)
{
	o->against = o->against << 1 | (how == CONTRADICTS);
	o->near = o->near << 1 | (how == IS_NEAR);
	o->elsewhere = o->elsewhere << 1;
	if (o->remembered < REMEMBERED)
		o->remembered++;
	if (o->remembered_against < REMEMBERED)
		o->remembered_against++;
}

static bool
on_agreement(struct offset *o, const struct offset_sample *s, nstime told)
{
	bool merged;

	if (o->stamps == 0)
		o->since = s->at;
	o->latest = s->at;
	remember(o, AGREES);
	o->outliers += o->run_length;
	o->run_length = 0;
	o->stamps += o->stamps < UINT32_MAX;
	merged = merge(
	    o, &(struct offset_stamp){ .interval = s->interval, .told = told });
	if (merged && o->stamps > REMEMBERED)
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

/* Samples that contradict the first cluster make a second.  One with a single
 * stamp gives way to another. */
static bool
joins_other(struct offset *o, const struct offset_sample *s)
{
	const bool known = o->elsewhere != 0 &&
	    interval_overlap(interval_aged(&o->other, s->at), s->interval);

	if (!known && __builtin_popcount(o->elsewhere) > 1)
		return false;
	if (!known)
		o->elsewhere = 0;
	o->other = *s;
	return true;
}

static void
stray(struct offset *o, struct offset_interval interval)
{
	if (o->outliers == 0 && o->run_length == 0)
		o->strays = interval;
	o->strays = interval_hull(o->strays, interval);
}

static void
extend_run(struct offset *o, const struct offset_sample *s, nstime wall)
{
	struct offset_interval *all = &o->run_interval;

	if (o->run_length == 0 || !interval_overlap(*all, s->interval)) {
		o->outliers += o->run_length;
		o->run_length = 0;
		o->run_wall = wall;
		*all = s->interval;
	}
	if (s->interval.lo > all->lo)
		all->lo = s->interval.lo;
	if (s->interval.hi < all->hi)
		all->hi = s->interval.hi;
	o->run[o->run_length++ % OFFSET_RUN] = *s;
}

/* The clusters change places.  If the run is no return to the other one, all
 * that was before it is elsewhere now. */
static void
swap_clusters(struct offset *o, const struct offset_sample *former)
{
	const uint32_t run =
	    o->run_length < 32 ? (1u << o->run_length) - 1 : UINT32_MAX;
	const bool returns = (o->elsewhere & run) == run;

	o->elsewhere = returns ? ~o->elsewhere : ~run;
	if (o->remembered < REMEMBERED)
		o->elsewhere &= (1u << o->remembered) - 1;
	o->other = *former;
}

/* The run is the clock from now on.  If less than a run came before it, that
 * was no clock but an outlier. */
static void
take_step(struct offset *o, nstime told, unsigned run)
{
	const struct offset_sample former = o->present;
	const unsigned kept =
	    o->run_length < OFFSET_RUN ? o->run_length : OFFSET_RUN;
	const unsigned stamps = o->stamps;
	const nstime since = o->since;
	nstime step;

	if (!interval_is_near(former.interval, o->run_interval))
		swap_clusters(o, &former);
	o->against = o->near = 0;
	o->remembered_against = 0;
	o->used = 0;
	for (unsigned i = 0; i < kept; i++)
		add_sample(
		    o, &o->run[(o->run_length - kept + i) % OFFSET_RUN], told);
	o->stamps = o->run_length;
	o->run_length = 0;
	o->since = o->samples[0].at;
	o->latest = o->samples[o->newest].at;
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
	o->flaps =
	    o->turn >= LONG_TURN && interval_time(since, o->since) >= LONG_TURN;
	o->turn = interval_time(since, o->since);
	o->outliers = 0;
	o->stepped = true;
	o->step = step;
	o->stepped_at = o->run_wall;
}

/* A sample near the estimate joins no second cluster: it is jitter. */
static void
contradict(struct offset *o, const struct offset_sample *s)
{
	if (!interval_is_near(interval_aged(&o->present, s->at), s->interval)) {
		remember(o, CONTRADICTS);
		o->elsewhere |= joins_other(o, s);
		return;
	}
	if (o->near == 0)
		o->jitter = s->interval;
	o->jitter = interval_hull(o->jitter, s->interval);
	remember(o, IS_NEAR);
}

bool
offset_input(struct offset *o, const struct offset_stamp *stamp, unsigned run)
{
	const struct offset_sample s = { .interval = stamp->interval,
		.at = stamp->now };

	if (o->used == 0 ||
	    interval_overlap(
		interval_aged(&o->present, stamp->now), stamp->interval))
		return on_agreement(o, &s, stamp->told);
	contradict(o, &s);
	stray(o, stamp->interval);
	extend_run(o, &s, stamp->wall);
	if (o->run_length >= run)
		take_step(o, stamp->told, run);
	return true;
}

bool
offset_repeats(const struct offset *o, const struct offset_stamp *stamp)
{
	return o->used > 0 && stamp->told == o->newest_told;
}

static bool
has_two_clusters(const struct offset *o)
{
	const uint32_t known =
	    o->remembered < REMEMBERED ? (1u << o->remembered) - 1 : UINT32_MAX;
	const uint32_t changes =
	    (o->elsewhere ^ o->elsewhere >> 1) & known >> 1;
	const unsigned runs = (unsigned)__builtin_popcount(changes) + 1;
	const unsigned other =
	    (unsigned)__builtin_popcount(o->elsewhere & known);

	/* Forth, back and forth: less is a step that was undone. */
	return runs >= 4 && other >= 3 && other * 8 >= o->remembered &&
	    o->remembered - other >= 3 &&
	    !(o->flaps && runs * LONG_RUN <= o->remembered);
}

static bool
are_many(uint32_t stamps, unsigned of)
{
	return (unsigned)__builtin_popcount(stamps) * 4 > of + 2;
}

static bool
run_is_near(const struct offset *o)
{
	return o->run_length > 0 &&
	    interval_is_near(o->present.interval, o->run_interval);
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

bool
offset_estimate(const struct offset *o, struct offset_estimate *estimate)
{
	const unsigned against = (unsigned)__builtin_popcount(o->against);
	const unsigned recent = o->remembered_against;

	if (o->used == 0)
		return false;
	*estimate = (struct offset_estimate){
		.interval = o->present.interval,
		.since = o->since,
		.latest = o->latest,
		.stamps = o->stamps,
		.outliers = o->outliers,
		.unsettled = (o->run_length > 0 && !run_is_near(o)) ||
		    are_many(o->against, recent),
		.mixed = has_two_clusters(o) ||
		    (recent >= 8 && against * 2 > recent),
		.stepped = o->stepped,
		.step = o->step,
		.stepped_at = o->stepped_at,
	};
	estimate_drift(o, estimate);
	if (run_is_near(o) || are_many(o->near, recent))
		estimate->interval =
		    interval_hull(o->present.interval, o->jitter);
	if (estimate->unsettled && o->outliers + o->run_length >= o->stamps) {
		estimate->interval =
		    interval_hull(o->present.interval, o->strays);
		estimate->stamps += o->outliers + o->run_length;
		estimate->outliers = 0;
	}
	return true;
}

static void
move(nstime *at, nstime step)
{
	if (__builtin_add_overflow(*at, step, at))
		*at = step < 0 ? INT64_MIN : INT64_MAX;
}

void
offset_rebase(struct offset *o, nstime step)
{
	for (unsigned i = 0; i < o->used; i++)
		move(&o->samples[i].at, step);
	for (unsigned i = 0; i < OFFSET_RUN; i++)
		move(&o->run[i].at, step);
	move(&o->present.at, step);
	move(&o->other.at, step);
	move(&o->anchor.at, step);
	move(&o->since, step);
	move(&o->latest, step);
}

static void
save_sample(struct record *r, const struct offset_sample *s)
{
	record_u64(r, (uint64_t)s->interval.lo);
	record_u64(r, (uint64_t)s->interval.hi);
	record_time(r, s->at);
}

void
offset_save(struct record *r, const struct offset *o)
{
	const unsigned kept = o->used < KEPT ? o->used : KEPT;

	record_u8(r, (uint8_t)kept);
	for (unsigned i = kept; i > 0; i--)
		save_sample(
		    r, &o->samples[(o->newest + o->used + 1 - i) % o->used]);
	record_u64(r, (uint64_t)o->newest_told);
	record_u32(r, o->stamps);
	record_u32(r, o->outliers + o->run_length);
	record_u32(r, o->against);
	record_u32(r, o->elsewhere);
	record_u8(r, (uint8_t)o->remembered);
	record_u8(r, (uint8_t)o->remembered_against);
	record_flag(r, o->stepped);
	record_flag(r, o->anchored);
	record_u64(r, (uint64_t)o->step);
	record_time(r, o->stepped_at);
	record_time(r, o->since);
	record_time(r, o->latest);
	save_sample(r, &o->present);
	save_sample(r, &o->other);
	save_sample(r, &o->anchor);
}

static struct offset_sample
load_sample(struct cursor *c, nstime shift)
{
	struct offset_sample s;

	s.interval.lo = record_read_within(c, OFFSET_LIMIT + MOST_BEYOND);
	s.interval.hi = record_read_within(c, OFFSET_LIMIT + MOST_BEYOND);
	s.at = record_read_now(c, shift);
	return s;
}

/* A run that was under way begins anew: its samples are outliers. */
void
offset_load(struct offset *o, struct cursor *c, nstime shift)
{
	o->used = (uint8_t)record_read_below(c, 1, KEPT + 1);
	o->newest = o->used > 0 ? (uint8_t)(o->used - 1) : 0;
	for (unsigned i = 0; i < o->used; i++) {
		o->samples[i] = load_sample(c, shift);
		if (o->samples[i].interval.lo > o->samples[i].interval.hi)
			c->bad = true;
	}
	o->newest_told = (nstime)cursor_le64(c);
	o->stamps = cursor_le32(c);
	o->outliers = cursor_le32(c);
	o->against = cursor_le32(c);
	o->elsewhere = cursor_le32(c);
	o->remembered = (unsigned)record_read_below(c, 1, REMEMBERED + 1);
	o->remembered_against =
	    (unsigned)record_read_below(c, 1, REMEMBERED + 1);
	o->stepped = record_read_flag(c);
	o->anchored = record_read_flag(c);
	o->step = record_read_within(c, OFFSET_LIMIT + MOST_BEYOND);
	o->stepped_at = record_read_time(c);
	o->since = record_read_now(c, shift);
	o->latest = record_read_now(c, shift);
	o->present = load_sample(c, shift);
	o->other = load_sample(c, shift);
	o->anchor = load_sample(c, shift);
}
