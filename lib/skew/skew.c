/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/skew.h"

#include <stdlib.h>

#include "clock/jump.h"
#include "base/nstime.h"
#include "skew/inner/localclock.h"
#include "skew/inner/raise.h"
#include "skew/inner/skewestimate.h"

#define AGAIN (60 * NSTIME_S) /* local-clock is repeated while it lasts */

/* No step of ours is longer: a clock that begins in 1970 may be set to 2040. */
#define MOST_STEPS (OFFSET_LIMIT / 2)

struct skew {
	struct skew_limits limits; /* its pools are not read again */
	struct peers peers;
	struct hosts *hosts;
	struct raise raise;
	struct localclock local;
	enum ownclock local_state;
	struct jump jump;
	nstime off; /* a jump put our clock so far ahead of the peers' time */
	nstime stepped_at;
	bool loaded; /* from a state file: its limits may have been others */

	uint64_t full, evicted, no_memory, out_of_range, muted;
};

static void
set_limits(struct skew *s, const struct skew_limits *limits)
{
	s->limits = *limits;
	peers_set(&s->peers, limits->peers, limits->min_samples);
	hosts_set(s->hosts, limits->peers, limits->pools, limits->pool_count);
	raise_limit(&s->raise,
	    &(struct raise_limits){
		.thresholds = { .warn = limits->warn,
		    .major = limits->major,
		    .critical = limits->critical },
		.min_samples = limits->min_samples,
		.hold = limits->hold,
		.muted = limits->muted,
		.judge_all = limits->judge_all,
	    });
}

/* Set the true time, and how far our clock is to be trusted. */
static void
refer_to(struct skew *s, nstime steps, nstime reference)
{
	raise_refer(&s->raise,
	    &(struct raise_times){
		.steps = steps,
		.zero = steps - s->off,
		.reference = reference,
		.local_clock = localclock_name(&s->local, s->local_state),
	    });
}

struct skew *
skew_new(const struct skew_limits *limits, finding_output *output, void *arg)
{
	struct skew *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->stepped_at = INT64_MIN;
	s->hosts = hosts_new(limits->peers, &limits->key, limits->memory);
	if (!peers_init(
		&s->peers, limits->peers, &limits->key, limits->memory) ||
	    s->hosts == NULL) {
		skew_free(s);
		return NULL;
	}
	raise_init(&s->raise,
	    &(struct raise_setup){
		.output = output,
		.arg = arg,
		.hosts = s->hosts,
		.peers = &s->peers,
	    });
	localclock_init(&s->local, output, arg);
	refer_to(s, 0, 0);
	set_limits(s, limits);
	return s;
}

void
skew_free(struct skew *s)
{
	if (s == NULL)
		return;
	peers_done(&s->peers);
	hosts_free(s->hosts);
	free(s);
}

/* Small changes are followed without weighing all peers anew. */
static void
follow_reference(struct skew *s, nstime reference, enum finding_change if_right)
{
	const nstime before = s->raise.times.reference;
	const nstime moved = reference - before;
	const bool is_small = moved < NSTIME_S && moved > -NSTIME_S;

	refer_to(s, s->raise.times.steps, is_small ? before : reference);
	if (!is_small)
		raise_weigh_all(&s->raise, if_right);
}

static void
clear_step(struct skew *s, bool trusted)
{
	const nstime now = s->raise.now;

	if (!nstime_passed(s->stepped_at, s->limits.hold, now))
		raise_schedule(
		    &s->raise, nstime_after(s->stepped_at, s->limits.hold));
	else if (s->off == 0 && (trusted || s->peers.sides[PEER_WITH_US] > 0))
		localclock_clear(
		    &s->local, LOCALCLOCK_STEPPED, now, s->raise.wall);
}

/* Is ours the odd one out?  Then the time of the others is held to be true. */
static void
weigh_ourselves(struct skew *s)
{
	const bool trusted = s->local_state == OWNCLOCK_TRUSTED;
	const nstime now = s->raise.now, zero = s->raise.times.zero;
	struct consensus c = { .total = 0 };

	if (!trusted && !peers_poll(&s->peers, s->hosts, zero, &c))
		s->no_memory++;
	localclock_weigh(&s->local, &c,
	    s->local_state == OWNCLOCK_UNSYNCHRONISED, now, s->raise.wall);
	follow_reference(s, zero + (c.odd_one_out ? c.offset : 0),
	    c.odd_one_out ? FINDING_SUPERSEDED : FINDING_HEALTHY);
	if (localclock_stands(&s->local, LOCALCLOCK_ODD_ONE_OUT) ||
	    localclock_stands(&s->local, LOCALCLOCK_UNSYNCHRONISED))
		raise_schedule(&s->raise, nstime_after(now, AGAIN));
	clear_step(s, trusted);
}

/* Our clock first, then the peers that were pending long enough. */
static void
review(struct skew *s, nstime now, nstime wall, bool at_end)
{
	raise_review(&s->raise, now, wall);
	if (s->loaded)
		raise_apply(&s->raise);
	s->loaded = false;
	weigh_ourselves(s);
	raise_pending(&s->raise, at_end);
}

void
skew_tick(struct skew *s, nstime now, nstime wall)
{
	while (s->raise.review != NSTIME_NEVER && s->raise.review <= now) {
		const nstime at = s->raise.review;
		nstime back, then = wall;

		/* The wall time at which it was due. */
		if (!__builtin_sub_overflow(now, at, &back))
			then = nstime_after(wall, -back);
		review(s, at, then, false);
	}
}

nstime
skew_ahead(const struct skew *s)
{
	return s->raise.times.steps - s->raise.times.reference;
}

bool
skew_vouched(const struct skew *s)
{
	return s->local_state == OWNCLOCK_TRUSTED ||
	    s->peers.sides[PEER_WITH_US] > 0 ||
	    localclock_stands(&s->local, LOCALCLOCK_ODD_ONE_OUT);
}

nstime
skew_next_deadline(const struct skew *s)
{
	return s->raise.review;
}

void
skew_finish(struct skew *s, nstime now, nstime wall)
{
	review(s, now, wall, true);
}

/* Forgets a peer, but not this one.  False: there is none to forget. */
static bool
make_room(struct skew *s, const struct peer *but)
{
	struct peer *p = peers_dispensable(&s->peers, but, s->raise.now);

	if (p == NULL)
		return false;
	raise_forget(&s->raise, p);
	s->evicted++;
	return true;
}

static struct peer *
add(struct skew *s, const struct peer_key *key)
{
	struct peers *peers = &s->peers;
	struct peer *p;

	while (!peers_has_room(peers)) {
		if (!make_room(s, NULL)) {
			s->full++;
			return NULL;
		}
	}
	p = peers_add(peers, key);
	if (p == NULL && make_room(s, NULL))
		p = peers_add(peers, key);
	if (p == NULL)
		s->no_memory++;
	return p;
}

static bool
stands_still(const struct peer *p, enum witness witness,
    const struct offset_stamp *reading)
{
	const struct offset *o = estimate_offset(&p->estimate, witness);

	return o != NULL && offset_repeats(o, reading);
}

static nstime
distance(struct offset_interval interval, nstime from)
{
	return nstime_magnitude(offset_middle(interval) - from);
}

/* Was it our clock that jumped?  Then nothing is new about that peer; and if
 * it agreed with us before rather than now, ours is wrong since. */
static void
weigh_jump(struct skew *s, const struct peer *p, const struct stamp *stamp,
    struct offset_stamp *reading)
{
	struct select_result r;
	nstime step;

	if (!s->jump.open || stands_still(p, stamp->witness, reading) ||
	    !peers_select(&s->peers, p, &r) || r.joint.mixed ||
	    r.joint.unsettled ||
	    !jump_witness(&s->jump, &r.joint.interval, p->seen,
		&reading->interval, &step))
		return;
	if (distance(r.joint.interval, s->raise.times.zero) <=
	    distance(reading->interval, s->raise.times.steps))
		s->off += step;
	else
		s->off = 0;
	if (s->off < JUMP_LEAST && s->off > -JUMP_LEAST)
		s->off = 0; /* it went back to where it was */
	/* Stamps that went back did not turn `now' back. */
	if (step > 0)
		peers_rebase(&s->peers, step);
	skew_stepped(s, step, stamp->now, stamp->wall);
	reading->told += step;
	reading->interval.lo += step;
	reading->interval.hi += step;
}

static void
hear(struct skew *s, struct peer *p, const struct stamp *stamp,
    const struct offset_stamp *reading)
{
	bool changed;

	peers_touch(&s->peers, p, stamp->now, stamp->wall);
	if (witness_row(stamp->witness)->in_sip)
		peer_speaks_sip(p);
	if (stamp->witness == WITNESS_NTP && !stamp->served)
		estimate_own_ntp(&p->estimate);
	estimate_learnt(&p->estimate, stamp->witness, stamp->learnt);
	while (!estimate_input(&p->estimate, stamp->witness, reading,
	    s->limits.min_samples, &changed)) {
		if (!make_room(s, p)) {
			s->no_memory++;
			return;
		}
	}
	if (stamp->tells_zone)
		zonechange_input(&p->zone, stamp, reading->interval);
	if (changed || p->zone.news)
		raise_weigh(&s->raise, p, FINDING_HEALTHY);
}

void
skew_input(struct skew *s, const struct stamp *stamp)
{
	struct offset_stamp reading;
	struct peer_key key;
	struct peer *p;
	nstime told, width;

	raise_at(&s->raise, stamp->now, stamp->wall);
	if ((s->limits.muted & 1u << stamp->witness) != 0) {
		s->muted++;
		return;
	}
	if (__builtin_add_overflow(stamp->told, s->raise.times.steps, &told) ||
	    __builtin_add_overflow(stamp->resolution,
		stamp->transit > 0 ? stamp->transit
				   : witness_row(stamp->witness)->transit,
		&width) ||
	    stamp->resolution < 0 ||
	    !offset_stamp(told, width, stamp->wall, stamp->now, &reading)) {
		s->out_of_range++;
		return;
	}
	key = peers_key_of(&s->peers, stamp);
	if (key.attribution == STAMP_AGENT)
		raise_disown(&s->raise, &stamp->peer, stamp->witness);
	p = peers_find(&s->peers, &key);
	if (p == NULL)
		p = add(s, &key);
	if (p == NULL)
		return;
	weigh_jump(s, p, stamp, &reading);
	hear(s, p, stamp, &reading);
}

void
skew_role(struct skew *s, const struct address *address, bool is_server)
{
	if (hosts_role(
		s->hosts, address, is_server ? HOSTS_ANSWERS : HOSTS_DIALS))
		raise_regard(&s->raise, address);
}

void
skew_answered(struct skew *s, const struct address *address)
{
	if (hosts_role(s->hosts, address, HOSTS_ANSWERED))
		raise_regard(&s->raise, address);
}

void
skew_speaks_sip(struct skew *s, const struct address *address)
{
	if (hosts_role(s->hosts, address, HOSTS_SPEAKS_SIP))
		raise_regard(&s->raise, address);
}

void
skew_serves_time(
    struct skew *s, const struct address *server, const struct address *client)
{
	struct peer *p = peers_host(&s->peers, server);

	if (p != NULL)
		peer_serves_time(p, client);
	if (raise_plays_a_part(&s->raise, client) &&
	    hosts_role(s->hosts, server, HOSTS_SERVES_TIME))
		raise_regard(&s->raise, server);
}

void
skew_local(struct skew *s, enum ownclock state, nstime now, nstime wall)
{
	if (state == s->local_state)
		return;
	raise_at(&s->raise, now, wall);
	s->local_state = state;
	refer_to(s, s->raise.times.steps, s->raise.times.reference);
	raise_schedule(&s->raise, now);
}

void
skew_stepped(struct skew *s, nstime step, nstime now, nstime wall)
{
	const bool referred_to_us =
	    !localclock_stands(&s->local, LOCALCLOCK_ODD_ONE_OUT);
	nstime steps;

	if (__builtin_add_overflow(s->raise.times.steps, step, &steps) ||
	    steps > MOST_STEPS || steps < -MOST_STEPS)
		return;
	raise_at(&s->raise, now, wall);
	s->stepped_at = now;
	localclock_stepped(&s->local, step, now, wall);
	refer_to(s, steps,
	    referred_to_us ? steps - s->off : s->raise.times.reference);
	raise_weigh_all(&s->raise, FINDING_HEALTHY);
	raise_schedule(&s->raise, nstime_after(now, s->limits.hold));
}

void
skew_set(struct skew *s, const struct skew_limits *limits)
{
	set_limits(s, limits);
	raise_apply(&s->raise);
	raise_weigh_all(&s->raise, FINDING_HEALTHY);
}

void
skew_jumped(struct skew *s, nstime size, nstime now)
{
	jump_open(&s->jump, size, now);
}

void
skew_hole(struct skew *s, nstime span)
{
	raise_hole(&s->raise, span);
}

bool
skew_estimate(struct skew *s, size_t *next, struct skew_estimate *estimate)
{
	struct select_result r;

	if (*next == 0 && !peers_sort(&s->peers))
		return false;
	while (*next < s->peers.sorted_count)
		if (skewestimate_of(&s->peers, s->peers.sorted[(*next)++],
			s->raise.times.zero, &r, estimate))
			return true;
	return false;
}

bool
skew_estimate_of(const struct skew *s, const struct address *host,
    struct skew_estimate *estimate)
{
	const struct peer *p = peers_host(&s->peers, host);
	struct skew_estimate found;
	struct select_result r;

	if (p == NULL ||
	    !skewestimate_of(&s->peers, p, s->raise.times.steps, &r, &found) ||
	    r.joint.mixed || r.joint.unsettled ||
	    r.joint.stamps < s->limits.min_samples)
		return false;
	*estimate = found;
	return true;
}

void
skew_stats(const struct skew *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "skew.full", s->full);
	output(arg, COUNTER_LIMIT, "skew.evicted", s->evicted);
	output(arg, COUNTER_LIMIT, "skew.no_memory",
	    s->no_memory + s->raise.no_memory);
	output(arg, COUNTER_EVENT, "skew.out_of_range", s->out_of_range);
	output(arg, COUNTER_EVENT, "skew.muted", s->muted);
	hosts_stats(s->hosts, output, arg);
}

void
skew_save(const struct skew *s, struct record *r)
{
	record_u64(r, (uint64_t)s->raise.times.steps);
	record_u64(r, (uint64_t)s->raise.times.reference);
	localclock_save(r, &s->local);
	hosts_save(s->hosts, r);
	peers_save(&s->peers, r);
	raise_save(&s->raise, r);
}

bool
skew_load(struct skew *s, struct cursor *c, const struct record_shift *shift)
{
	const nstime steps = record_read_within(c, MOST_STEPS);
	const nstime reference = record_read_within(c, OFFSET_LIMIT);

	localclock_load(&s->local, c, shift->watching);
	refer_to(s, steps, reference);
	hosts_load(s->hosts, c);
	peers_load(&s->peers, c, shift);
	raise_load(&s->raise, c, shift);
	s->loaded = true;
	s->stepped_at = shift->now;
	return !c->bad;
}
