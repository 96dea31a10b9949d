/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/inner/rival.h"

#include "clock/inner/interval.h"

enum { LONG_RUN = 3 /* stamps of a clock that flaps */ };

/* Several clocks by turns take shorter ones; a single one that flaps, since two
 * of its masters disagree, stays for a while each time. */
#define LONG_TURN (60 * NSTIME_S)

static uint32_t
latest(unsigned stamps)
{
	return stamps < RIVAL_STAMPS ? (1u << stamps) - 1 : UINT32_MAX;
}

static unsigned
end_run(struct rival *r)
{
	const unsigned outliers = r->run_length;

	r->run_length = 0;
	return outliers;
}

static void
remember(struct rival *r, bool against, bool near)
{
	r->against = r->against << 1 | against;
	r->near = r->near << 1 | near;
	r->elsewhere = r->elsewhere << 1;
}

unsigned
rival_agree(struct rival *r)
{
	remember(r, false, false);
	return end_run(r);
}

/* Samples that contradict the first cluster make a second.  One with a single
 * stamp gives way to another. */
static bool
joins_other(struct rival *r, const struct offset_sample *s)
{
	const bool known = r->elsewhere != 0 &&
	    interval_overlap(interval_aged(&r->other, s->at), s->interval);

	if (!known && __builtin_popcount(r->elsewhere) > 1)
		return false;
	if (!known)
		r->elsewhere = 0;
	r->other = *s;
	return true;
}

/* A sample near the estimate joins no second cluster: it is jitter. */
static void
classify(struct rival *r, const struct offset_sample *present,
    const struct offset_sample *s)
{
	if (!interval_is_near(interval_aged(present, s->at), s->interval)) {
		remember(r, true, false);
		r->elsewhere |= joins_other(r, s);
		return;
	}
	if (r->near == 0)
		r->jitter = s->interval;
	r->jitter = interval_hull(r->jitter, s->interval);
	remember(r, false, true);
}

static unsigned
extend_run(struct rival *r, const struct offset_sample *s, nstime wall)
{
	struct offset_interval *all = &r->run_interval;
	unsigned outliers = 0;

	if (r->run_length == 0 || !interval_overlap(*all, s->interval)) {
		outliers = end_run(r);
		r->run_wall = wall;
		*all = s->interval;
	}
	if (s->interval.lo > all->lo)
		all->lo = s->interval.lo;
	if (s->interval.hi < all->hi)
		all->hi = s->interval.hi;
	r->run[r->run_length++ % RIVAL_RUN] = *s;
	return outliers;
}

unsigned
rival_contradict(struct rival *r, const struct offset_sample *present,
    const struct rival_stamp *stamp)
{
	const struct offset_sample *s = &stamp->sample;

	classify(r, present, s);
	if (stamp->is_first && r->run_length == 0)
		r->strays = s->interval;
	r->strays = interval_hull(r->strays, s->interval);
	return extend_run(r, s, stamp->wall);
}

unsigned
rival_kept(const struct rival *r)
{
	return r->run_length < RIVAL_RUN ? r->run_length : RIVAL_RUN;
}

const struct offset_sample *
rival_run(const struct rival *r, unsigned i)
{
	return &r->run[(r->run_length - rival_kept(r) + i) % RIVAL_RUN];
}

/* The clusters change places.  If the run is no return to the other one, all
 * that was before it is elsewhere now. */
static void
swap_clusters(
    struct rival *r, const struct offset_sample *former, unsigned remembered)
{
	const uint32_t run = latest(r->run_length);
	const bool returns = (r->elsewhere & run) == run;

	r->elsewhere = (returns ? ~r->elsewhere : ~run) & latest(remembered);
	r->other = *former;
}

void
rival_take_over(
    struct rival *r, const struct offset_sample *former, unsigned remembered)
{
	if (!interval_is_near(former->interval, r->run_interval))
		swap_clusters(r, former, remembered);
	r->against = r->near = 0;
	r->run_length = 0;
}

void
rival_step(struct rival *r, nstime step, nstime turn)
{
	r->flaps = r->turn >= LONG_TURN && turn >= LONG_TURN;
	r->turn = turn;
	r->stepped = true;
	r->step = step;
	r->stepped_at = r->run_wall;
}

bool
rival_is_clock(const struct rival *r, unsigned remembered)
{
	const uint32_t known = latest(remembered);
	const uint32_t changes =
	    (r->elsewhere ^ r->elsewhere >> 1) & known >> 1;
	const unsigned runs = (unsigned)__builtin_popcount(changes) + 1;
	const unsigned other =
	    (unsigned)__builtin_popcount(r->elsewhere & known);

	/* Forth, back and forth: less is a step that was undone. */
	return runs >= 4 && other >= 3 && other * 8 >= remembered &&
	    remembered - other >= 3 &&
	    !(r->flaps && runs * LONG_RUN <= remembered);
}

bool
rival_run_is_near(const struct rival *r, const struct offset_interval *present)
{
	return r->run_length > 0 && interval_is_near(*present, r->run_interval);
}

void
rival_rebase(struct rival *r, nstime step)
{
	for (unsigned i = 0; i < RIVAL_RUN; i++)
		r->run[i].at = nstime_after(r->run[i].at, step);
	r->other.at = nstime_after(r->other.at, step);
}

void
rival_save(struct record *r, const struct rival *rival)
{
	const unsigned kept = rival_kept(rival);

	record_u32(r, rival->against);
	record_u32(r, rival->near);
	record_u32(r, rival->elsewhere);
	record_flag(r, rival->stepped);
	record_flag(r, rival->flaps);
	record_u64(r, (uint64_t)rival->step);
	record_time(r, rival->stepped_at);
	record_time(r, rival->turn);
	record_time(r, rival->run_wall);
	interval_save(r, rival->run_interval);
	interval_save(r, rival->strays);
	interval_save(r, rival->jitter);
	interval_save_sample(r, &rival->other);
	record_u32(r, rival->run_length);
	for (unsigned i = 0; i < kept; i++)
		interval_save_sample(r, rival_run(rival, i));
}

static void
load_run(struct rival *rival, struct cursor *c, nstime shift)
{
	unsigned kept;

	rival->run_length = cursor_le32(c);
	kept = rival_kept(rival);
	for (unsigned i = 0; i < kept; i++) {
		struct offset_sample *s =
		    &rival->run[(rival->run_length - kept + i) % RIVAL_RUN];

		*s = interval_load_sample(c, shift);
		if (s->interval.lo > s->interval.hi)
			c->bad = true;
	}
}

void
rival_load(struct rival *rival, struct cursor *c, nstime shift)
{
	rival->against = cursor_le32(c);
	rival->near = cursor_le32(c);
	rival->elsewhere = cursor_le32(c);
	rival->stepped = record_read_flag(c);
	rival->flaps = record_read_flag(c);
	rival->step = record_read_within(c, INTERVAL_LIMIT);
	rival->stepped_at = record_read_time(c);
	rival->turn = record_read_time(c);
	rival->run_wall = record_read_time(c);
	rival->run_interval = interval_load(c);
	rival->strays = interval_load(c);
	rival->jitter = interval_load(c);
	rival->other = interval_load_sample(c, shift);
	load_run(rival, c, shift);
}
