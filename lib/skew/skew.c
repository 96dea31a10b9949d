/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/skew.h"

#include <stdlib.h>

#include "clock/shape.h"
#include "findings/due.h"
#include "skew/inner/localclock.h"
#include "skew/inner/trial.h"

#define AGAIN (60 * NSTIME_S) /* what is odd about us is told */

/* No step of ours is longer: what begins at 1970 may learn that it is 2040. */
#define MOST_STEPS (OFFSET_LIMIT / 2)

/*
 * Our own clock may be stepped, but then the peers' did not move: offsets are
 * kept against a clock that was never stepped, and ours is trial.steps ahead
 * of that.  trial.reference is what is held for the true time: ours, or, if
 * ours is the odd one out, the others'.
 */
struct skew {
	struct skew_limits limits; /* its pools: copied, not read again */
	struct trial trial;
	struct localclock local;
	enum ownclock local_state;
	nstime stepped_at;
	bool loaded; /* under limits that may have been others */

	uint64_t full, evicted, no_memory, out_of_range, muted;
};

static void
set_limits(struct skew *s, const struct skew_limits *limits)
{
	s->limits = *limits;
	peers_set(&s->trial.peers, limits->peers, limits->min_samples);
	hosts_set(
	    s->trial.hosts, limits->peers, limits->pools, limits->pool_count);
	s->trial.agents.any_host = limits->judge_all;
}

struct skew *
skew_new(const struct skew_limits *limits, finding_output *output, void *arg)
{
	struct skew *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->trial.limits = &s->limits;
	s->trial.output = output;
	s->trial.arg = arg;
	s->trial.hosts = hosts_new(limits->peers, &limits->key);
	s->stepped_at = INT64_MIN;
	trial_init(&s->trial);
	localclock_init(&s->local, output, arg);
	s->trial.local_clock = localclock_name(&s->local, s->local_state);
	if (!peers_init(&s->trial.peers, limits->peers, &limits->key) ||
	    s->trial.hosts == NULL) {
		skew_free(s);
		return NULL;
	}
	set_limits(s, limits);
	return s;
}

void
skew_free(struct skew *s)
{
	if (s == NULL)
		return;
	peers_done(&s->trial.peers);
	hosts_free(s->trial.hosts);
	free(s);
}

static void
set_time(struct skew *s, nstime now, nstime wall)
{
	s->trial.now = now;
	s->trial.wall = wall;
}

/* Small changes are followed without judging everybody anew. */
static void
refer_to(struct skew *s, nstime reference, enum finding_verdict if_right)
{
	const nstime moved = reference - s->trial.reference;

	if (moved < NSTIME_S && moved > -NSTIME_S)
		return;
	s->trial.reference = reference;
	trial_weigh_all(&s->trial, if_right);
}

static void
clear_step(struct skew *s, bool trusted)
{
	struct trial *t = &s->trial;

	if (!due_by(s->stepped_at, s->limits.hold, t->now))
		trial_schedule(t, due_at(s->stepped_at, s->limits.hold));
	else if (trusted || t->peers.sides[PEERS_SIDE_WITH_US] > 0)
		localclock_clear(
		    &s->local, LOCALCLOCK_STEPPED, t->now, t->wall);
}

/* Is it me?  If the others agree that it is, they are held for right. */
static void
weigh_ourselves(struct skew *s)
{
	struct trial *t = &s->trial;
	const bool trusted = s->local_state == OWNCLOCK_TRUSTED;
	struct consensus c = { .total = 0 };

	if (!trusted && !peers_poll(&t->peers, t->hosts, t->steps, &c))
		s->no_memory++;
	localclock_weigh(&s->local, &c,
	    s->local_state == OWNCLOCK_UNSYNCHRONISED, t->now, t->wall);
	t->local_clock = localclock_name(&s->local, s->local_state);
	refer_to(s, t->steps + (c.odd_one_out ? c.offset : 0),
	    c.odd_one_out ? FINDING_SUPERSEDED : FINDING_HEALTHY);
	if (localclock_stands(&s->local, LOCALCLOCK_ODD_ONE_OUT) ||
	    localclock_stands(&s->local, LOCALCLOCK_UNSYNCHRONISED))
		trial_schedule(t, due_at(t->now, AGAIN));
	clear_step(s, trusted);
}

/* Ourselves first, then those who were held long enough. */
static void
review(struct skew *s, nstime now, nstime wall, bool at_end)
{
	s->trial.review = NSTIME_NEVER;
	s->trial.has_reviewed = true;
	s->trial.reviewed = now;
	set_time(s, now, wall);
	if (s->loaded)
		trial_set(&s->trial);
	s->loaded = false;
	weigh_ourselves(s);
	trial_review(&s->trial, at_end);
}

void
skew_tick(struct skew *s, nstime now, nstime wall)
{
	while (s->trial.review != NSTIME_NEVER && s->trial.review <= now) {
		const nstime at = s->trial.review;
		nstime back, then = wall;

		/* What the wall said when it was due. */
		if (!__builtin_sub_overflow(now, at, &back))
			then = due_at(wall, -back);
		review(s, at, then, false);
	}
}

nstime
skew_next_deadline(const struct skew *s)
{
	return s->trial.review;
}

void
skew_finish(struct skew *s, nstime now, nstime wall)
{
	review(s, now, wall, true);
}

static struct peer *
add(struct skew *s, const struct stamp *stamp)
{
	struct peers *peers = &s->trial.peers;
	struct peer *p;

	while (!peers_has_room(peers)) {
		p = peers_dispensable(peers, s->trial.now);
		if (p == NULL) {
			s->full++;
			return NULL;
		}
		trial_dismiss(&s->trial, p);
		s->evicted++;
	}
	p = peers_add(peers, &stamp->peer, (uint8_t)stamp->attribution);
	if (p == NULL)
		s->no_memory++;
	return p;
}

static void
hear(struct skew *s, struct peer *p, const struct stamp *stamp,
    const struct offset_stamp *reading)
{
	bool changed;

	peers_touch(&s->trial.peers, p, stamp->now, stamp->wall);
	p->speaks_sip = p->speaks_sip || witness_row(stamp->witness)->in_sip;
	if (!testimony_input(&p->testimony, stamp->witness, reading,
		s->limits.min_samples, &changed)) {
		s->no_memory++;
		return;
	}
	if (stamp->tells_zone)
		zonechange_input(&p->zone, stamp, reading->interval);
	if (changed || p->zone.news)
		trial_weigh(&s->trial, p, FINDING_HEALTHY);
}

void
skew_input(struct skew *s, const struct stamp *stamp)
{
	struct offset_stamp reading;
	struct peer *p;
	nstime told, width;

	set_time(s, stamp->now, stamp->wall);
	if ((s->limits.muted & 1u << stamp->witness) != 0) {
		s->muted++;
		return;
	}
	if (__builtin_add_overflow(stamp->told, s->trial.steps, &told) ||
	    __builtin_add_overflow(stamp->resolution,
		witness_row(stamp->witness)->transit, &width) ||
	    stamp->resolution < 0 ||
	    !offset_stamp(told, width, stamp->wall, stamp->now, &reading)) {
		s->out_of_range++;
		return;
	}
	p = peers_find(
	    &s->trial.peers, &stamp->peer, (uint8_t)stamp->attribution);
	if (p == NULL)
		p = add(s, stamp);
	if (p != NULL)
		hear(s, p, stamp, &reading);
}

void
skew_role(struct skew *s, const struct address *address, bool is_server)
{
	if (hosts_role(s->trial.hosts, address,
		is_server ? HOSTS_ANSWERS : HOSTS_DIALS))
		trial_regard(&s->trial, address);
}

void
skew_speaks_sip(struct skew *s, const struct address *address)
{
	if (hosts_role(s->trial.hosts, address, HOSTS_SPEAKS_SIP))
		trial_regard(&s->trial, address);
}

void
skew_serves_time(
    struct skew *s, const struct address *server, const struct address *client)
{
	struct peer *p = peers_find(&s->trial.peers, server, STAMP_HOST);

	if (p != NULL)
		p->client = *client;
	if (trial_plays_a_part(&s->trial, client) &&
	    hosts_role(s->trial.hosts, server, HOSTS_SERVES_TIME))
		trial_regard(&s->trial, server);
}

void
skew_local(struct skew *s, enum ownclock state, nstime now, nstime wall)
{
	if (state == s->local_state)
		return;
	set_time(s, now, wall);
	s->local_state = state;
	s->trial.local_clock = localclock_name(&s->local, state);
	trial_schedule(&s->trial, now);
}

void
skew_stepped(struct skew *s, nstime step, nstime now, nstime wall)
{
	const bool referred_to_us =
	    !localclock_stands(&s->local, LOCALCLOCK_ODD_ONE_OUT);
	nstime steps;

	if (__builtin_add_overflow(s->trial.steps, step, &steps) ||
	    steps > MOST_STEPS || steps < -MOST_STEPS)
		return;
	set_time(s, now, wall);
	s->trial.steps = steps;
	s->stepped_at = now;
	localclock_stepped(&s->local, step, now, wall);
	if (referred_to_us)
		s->trial.reference = steps;
	trial_weigh_all(&s->trial, FINDING_HEALTHY);
	trial_schedule(&s->trial, due_at(now, s->limits.hold));
}

void
skew_set(struct skew *s, const struct skew_limits *limits)
{
	set_limits(s, limits);
	trial_set(&s->trial);
	trial_weigh_all(&s->trial, FINDING_HEALTHY);
}

static bool
estimate_peer(const struct skew *s, const struct peer *p,
    struct testimony_estimate *e, struct skew_estimate *estimate)
{
	struct textbuf names;
	struct shape shape;

	if (!peers_estimate(&s->trial.peers, p, e))
		return false;
	e->joint.interval.lo -= s->trial.steps;
	e->joint.interval.hi -= s->trial.steps;
	shape = shape_of(&e->joint, p->wall);
	*estimate = (struct skew_estimate){
		.peer = p->key.address,
		.offset = offset_middle(e->joint.interval),
		.uncertainty = offset_uncertainty(e->joint.interval),
		.samples = e->joint.stamps,
		.shape = shape_name(shape.kind),
	};
	textbuf_init(&names, estimate->witnesses, sizeof(estimate->witnesses));
	testimony_write(&names, e->witnesses);
	return true;
}

bool
skew_estimate(struct skew *s, size_t index, struct skew_estimate *estimate)
{
	struct testimony_estimate e;

	if (index == 0 && !peers_sort(&s->trial.peers))
		return false;
	return index < s->trial.peers.sorted_count &&
	    estimate_peer(s, s->trial.peers.sorted[index], &e, estimate);
}

bool
skew_estimate_of(const struct skew *s, const struct address *host,
    struct skew_estimate *estimate)
{
	const struct peer *p = peers_find(&s->trial.peers, host, STAMP_HOST);
	struct skew_estimate found;
	struct testimony_estimate e;

	if (p == NULL || !estimate_peer(s, p, &e, &found) || e.joint.mixed ||
	    e.joint.unsettled || e.joint.stamps < s->limits.min_samples)
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
	    s->no_memory + s->trial.no_memory);
	output(arg, COUNTER_EVENT, "skew.out_of_range", s->out_of_range);
	output(arg, COUNTER_EVENT, "skew.muted", s->muted);
	hosts_stats(s->trial.hosts, output, arg);
}

void
skew_save(const struct skew *s, struct record *r)
{
	const struct trial *t = &s->trial;

	record_u64(r, (uint64_t)t->steps);
	record_u64(r, (uint64_t)t->reference);
	localclock_save(r, &s->local);
	hosts_save(t->hosts, r);
	peers_save(&t->peers, r);
	agents_save(r, &t->agents);
}

bool
skew_load(struct skew *s, struct cursor *c, const struct record_shift *shift)
{
	struct trial *t = &s->trial;
	const struct peer *p;

	t->steps = record_read_within(c, MOST_STEPS);
	t->reference = record_read_within(c, OFFSET_LIMIT);
	localclock_load(&s->local, c, shift->watching);
	t->local_clock = localclock_name(&s->local, s->local_state);
	hosts_load(t->hosts, c);
	peers_load(&t->peers, c, shift);
	TAILQ_FOREACH (p, &t->peers.lists[PEERS_ACCUSED], order)
		if (p->folded)
			agents_add(&t->agents, shift->now);
	agents_load(&t->agents, c, shift->watching);
	t->review = shift->now;
	s->loaded = true;
	s->stepped_at = shift->now;
	return !c->bad;
}
