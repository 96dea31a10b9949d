/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/skew.h"

#include <stdlib.h>

#include "findings/accusation.h"
#include "findings/agents.h"
#include "findings/due.h"
#include "findings/localclock.h"
#include "findings/peers.h"

#define AGAIN (60 * NSTIME_S) /* a standing accusation is told */
#define REVIEW_GAP NSTIME_S   /* from one judging to the next */

/* No step of ours is longer: what begins at 1970 may learn that it is 2040. */
#define MOST_STEPS (OFFSET_LIMIT / 2)

/*
 * Our own clock may be stepped, but then the peers' did not move: offsets are
 * kept against a clock that was never stepped, and ours is `steps' ahead of
 * that.  `reference' is what is held for the true time: ours, or, if ours is
 * the odd one out, the others'.
 */
struct skew {
	struct skew_limits limits; /* its pools: copied, not read again */
	finding_output *output;
	void *arg;
	struct hosts *hosts;
	struct peers peers;
	struct agents agents;
	struct localclock local;
	enum skew_local_clock local_state;

	nstime steps, reference, stepped_at;
	nstime review, reviewed; /* when judging is due, and was done */
	bool has_reviewed;
	nstime now, wall; /* the latest */

	uint64_t full, evicted, no_memory, out_of_range;
};

static void
set_limits(struct skew *s, const struct skew_limits *limits)
{
	s->limits = *limits;
	peers_set(&s->peers, limits->peers);
	hosts_set(s->hosts, limits->peers, limits->pools, limits->pool_count);
}

struct skew *
skew_new(const struct skew_limits *limits, finding_output *output, void *arg)
{
	struct skew *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->output = output;
	s->arg = arg;
	s->review = NSTIME_NEVER;
	s->stepped_at = INT64_MIN;
	agents_init(&s->agents, output, arg);
	localclock_init(&s->local, output, arg);
	s->hosts = hosts_new(limits->peers, &limits->key);
	if (!peers_init(&s->peers, limits->peers, &limits->key) ||
	    s->hosts == NULL) {
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
	peers_done(&s->peers);
	hosts_free(s->hosts);
	free(s);
}

static void
schedule(struct skew *s, nstime at)
{
	if (s->has_reviewed && at < due_at(s->reviewed, REVIEW_GAP))
		at = due_at(s->reviewed, REVIEW_GAP);
	if (at < s->review)
		s->review = at;
}

/* The case against a peer, as things stand. */
static struct accusation
accuse(const struct skew *s, const struct peer *p)
{
	return accusation_of(p, s->hosts,
	    localclock_name(&s->local, s->local_state), s->reference, s->steps);
}

static void
tell(struct skew *s, const struct peer *p, enum finding_verdict verdict,
    const struct evidence *evidence)
{
	const struct accusation_finding finding = {
		.peer = &p->key.address,
		.attribution = (enum skew_attribution)p->key.attribution,
		.verdict = verdict,
		.severity = p->severity,
		.evidence = evidence,
		.now = s->now,
		.wall = s->wall,
	};

	accusation_tell(&finding, s->output, s->arg);
}

static void
tell_trouble(struct skew *s, struct peer *p)
{
	const struct accusation a = accuse(s, p);
	struct evidence evidence;

	accusation_write(&a, &evidence);
	p->severity = accusation_severity(&a, &s->limits);
	p->told = s->now;
	tell(s, p, FINDING_TROUBLE, &evidence);
}

static void
tell_agents(struct skew *s)
{
	const struct peer *worst = peers_worst(&s->peers, s->reference);
	struct accusation a;
	struct evidence evidence;

	if (worst == NULL)
		return;
	a = accuse(s, worst);
	accusation_write(&a, &evidence);
	agents_tell(&s->agents, &evidence, s->now, s->wall);
}

static void
unfold(struct skew *s, struct peer *p, enum finding_verdict verdict)
{
	p->folded = false;
	agents_remove(&s->agents, verdict, s->now, s->wall);
}

/* Held long enough, and still wrong. */
static void
convict(struct skew *s, struct peer *p)
{
	const struct hosts_facts facts = hosts_facts(s->hosts, &p->key.address);

	peers_stand(&s->peers, p, PEERS_ACCUSED);
	p->folded = !hosts_is_server(&facts);
	if (p->folded)
		agents_add(&s->agents, s->now);
	else
		tell_trouble(s, p);
}

static void
absolve(struct skew *s, struct peer *p, enum finding_verdict verdict)
{
	const bool was_accused = p->standing == PEERS_ACCUSED;

	peers_stand(&s->peers, p, PEERS_CALM);
	if (was_accused && p->folded)
		unfold(s, p, verdict);
	else if (was_accused)
		tell(s, p, verdict, NULL);
}

/* An accused peer was seen again: told when it became worse, and now and
 * then. */
static void
insist(struct skew *s, struct peer *p)
{
	struct accusation a;

	if (p->folded) {
		if (agents_insist(&s->agents, s->now))
			schedule(s, s->now);
		return;
	}
	a = accuse(s, p);
	if (due_by(p->told, AGAIN, s->now) ||
	    accusation_severity(&a, &s->limits) < p->severity)
		tell_trouble(s, p);
}

/* Wrong is beyond the threshold whatever the uncertainty, and right within it
 * likewise: what lies on it changes nothing. */
static void
weigh_peer(struct skew *s, struct peer *p, struct offset_interval interval,
    enum finding_verdict if_right)
{
	const struct hosts_facts facts = hosts_facts(s->hosts, &p->key.address);
	const nstime warn =
	    facts.pool.warn > 0 ? facts.pool.warn : s->limits.warn;
	const nstime lo = interval.lo - s->reference;
	const nstime hi = interval.hi - s->reference;
	const bool wrong = lo >= warn || hi <= -warn;
	const bool right = hi < warn && lo > -warn;

	switch (p->standing) {
	case PEERS_CALM:
		if (!wrong)
			return;
		peers_stand(&s->peers, p, PEERS_SUSPECT);
		p->since = s->now;
		schedule(s, due_at(s->now, s->limits.hold));
		return;
	case PEERS_SUSPECT:
		if (!wrong)
			absolve(s, p, if_right);
		return;
	default:
		if (right)
			absolve(s, p, if_right);
		else
			insist(s, p);
	}
}

/* The estimate of a peer, or what it is held against, has changed. */
static void
reconsider(struct skew *s, struct peer *p, enum finding_verdict if_right)
{
	struct offset_estimate e;
	enum peers_side side;

	if (!offset_estimate(&p->offset, &e))
		return;
	if (!e.mixed && (e.stamps < s->limits.min_samples || e.unsettled))
		return;
	side = e.mixed ? PEERS_NO_SIDE
		       : peers_side_of(offset_middle(e.interval) - s->steps);
	if (peers_take_side(&s->peers, p, side))
		schedule(s, due_at(s->now, s->limits.hold));
	if (!e.mixed)
		weigh_peer(s, p, e.interval, if_right);
	else if (p->standing != PEERS_CALM)
		absolve(s, p, FINDING_SUPERSEDED);
}

static void
reconsider_all(struct skew *s, enum finding_verdict if_right)
{
	if (!peers_sort(&s->peers)) {
		s->no_memory++;
		return;
	}
	for (size_t i = 0; i < s->peers.sorted_count; i++)
		reconsider(s, s->peers.sorted[i], if_right);
}

/* Small changes are followed without judging everybody anew. */
static void
refer_to(struct skew *s, nstime reference, enum finding_verdict if_right)
{
	const nstime moved = reference - s->reference;

	if (moved < NSTIME_S && moved > -NSTIME_S)
		return;
	s->reference = reference;
	reconsider_all(s, if_right);
}

/* Is it me?  If the others agree that it is, they are held for right. */
static void
weigh_ourselves(struct skew *s)
{
	const bool trusted = s->local_state == SKEW_LOCAL_TRUSTED;
	struct consensus c = { .total = 0 };

	if (!trusted && !peers_poll(&s->peers, s->hosts, s->steps, &c))
		s->no_memory++;
	localclock_weigh(&s->local, &c,
	    s->local_state == SKEW_LOCAL_UNSYNCHRONISED, s->now, s->wall);
	refer_to(s, s->steps + (c.odd_one_out ? c.offset : 0),
	    c.odd_one_out ? FINDING_SUPERSEDED : FINDING_HEALTHY);
	if (localclock_stands(&s->local, LOCALCLOCK_ODD_ONE_OUT) ||
	    localclock_stands(&s->local, LOCALCLOCK_UNSYNCHRONISED))
		schedule(s, due_at(s->now, AGAIN));
	if (!due_by(s->stepped_at, s->limits.hold, s->now))
		schedule(s, due_at(s->stepped_at, s->limits.hold));
	else if (trusted || s->peers.sides[PEERS_SIDE_WITH_US] > 0)
		localclock_clear(
		    &s->local, LOCALCLOCK_STEPPED, s->now, s->wall);
}

/* Ourselves first, then those who were held long enough. */
static void
review(struct skew *s, nstime now, nstime wall, bool at_end)
{
	struct peer *p;
	nstime due;

	s->review = NSTIME_NEVER;
	s->has_reviewed = true;
	s->reviewed = now;
	s->now = now;
	s->wall = wall;
	weigh_ourselves(s);
	while ((p = TAILQ_FIRST(&s->peers.lists[PEERS_SUSPECT])) != NULL &&
	    (at_end || due_by(p->since, s->limits.hold, now)))
		convict(s, p);
	if (p != NULL)
		schedule(s, due_at(p->since, s->limits.hold));
	due = agents_due(&s->agents, now);
	if (due <= now || (at_end && due != NSTIME_NEVER))
		tell_agents(s);
	else if (due != NSTIME_NEVER)
		schedule(s, due);
}

void
skew_tick(struct skew *s, nstime now, nstime wall)
{
	while (s->review != NSTIME_NEVER && s->review <= now) {
		const nstime at = s->review;
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
	return s->review;
}

void
skew_finish(struct skew *s, nstime now, nstime wall)
{
	review(s, now, wall, true);
}

static struct peer *
add(struct skew *s, const struct skew_stamp *stamp)
{
	struct peer *p;

	while (!peers_has_room(&s->peers)) {
		p = peers_dispensable(&s->peers, s->now);
		if (p == NULL) {
			s->full++;
			return NULL;
		}
		if (p->folded)
			unfold(s, p, FINDING_SUPERSEDED);
		peers_forget(&s->peers, p);
		s->evicted++;
	}
	p = peers_add(&s->peers, &stamp->peer, (uint8_t)stamp->attribution);
	if (p == NULL)
		s->no_memory++;
	return p;
}

void
skew_input(struct skew *s, const struct skew_stamp *stamp)
{
	struct offset_stamp reading;
	struct peer *p;
	nstime told;

	s->now = stamp->now;
	s->wall = stamp->wall;
	if (__builtin_add_overflow(stamp->told, s->steps, &told) ||
	    !offset_stamp(
		told, stamp->resolution, stamp->wall, stamp->now, &reading)) {
		s->out_of_range++;
		return;
	}
	p = peers_find(&s->peers, &stamp->peer, (uint8_t)stamp->attribution);
	if (p == NULL)
		p = add(s, stamp);
	if (p == NULL)
		return;
	peers_touch(&s->peers, p, stamp->now, stamp->wall);
	if (offset_input(&p->offset, &reading, s->limits.min_samples))
		reconsider(s, p, FINDING_HEALTHY);
}

void
skew_role(struct skew *s, const struct address *address, bool is_server)
{
	if (!hosts_role(s->hosts, address, is_server))
		return;
	for (uint8_t how = SKEW_HOST; how <= SKEW_VIA; how++) {
		struct peer *p = peers_find(&s->peers, address, how);

		if (p == NULL || !p->folded)
			continue;
		unfold(s, p, FINDING_SUPERSEDED);
		tell_trouble(s, p);
	}
}

void
skew_local(struct skew *s, enum skew_local_clock state, nstime now, nstime wall)
{
	if (state == s->local_state)
		return;
	s->now = now;
	s->wall = wall;
	s->local_state = state;
	schedule(s, now);
}

void
skew_stepped(struct skew *s, nstime step, nstime now, nstime wall)
{
	const bool referred_to_us =
	    !localclock_stands(&s->local, LOCALCLOCK_ODD_ONE_OUT);
	nstime steps;

	if (__builtin_add_overflow(s->steps, step, &steps) ||
	    steps > MOST_STEPS || steps < -MOST_STEPS)
		return;
	s->now = now;
	s->wall = wall;
	s->steps = steps;
	s->stepped_at = now;
	localclock_stepped(&s->local, step, now, wall);
	if (referred_to_us)
		s->reference = steps;
	reconsider_all(s, FINDING_HEALTHY);
	schedule(s, due_at(now, s->limits.hold));
}

void
skew_set(struct skew *s, const struct skew_limits *limits)
{
	set_limits(s, limits);
	reconsider_all(s, FINDING_HEALTHY);
}

bool
skew_estimate(struct skew *s, size_t index, struct skew_estimate *estimate)
{
	if (index == 0 && !peers_sort(&s->peers))
		return false;
	return index < s->peers.sorted_count &&
	    accusation_estimate(s->peers.sorted[index], s->steps, estimate);
}

void
skew_stats(const struct skew *s, counter_output *output, void *arg)
{
	output(arg, "skew.full", s->full);
	output(arg, "skew.evicted", s->evicted);
	output(arg, "skew.no_memory", s->no_memory);
	output(arg, "skew.out_of_range", s->out_of_range);
	hosts_stats(s->hosts, output, arg);
}

void
skew_save(const struct skew *s, struct record *r)
{
	record_u64(r, (uint64_t)s->steps);
	record_u64(r, (uint64_t)s->reference);
	localclock_save(r, &s->local);
	hosts_save(s->hosts, r);
	peers_save(&s->peers, r);
	agents_save(r, &s->agents);
}

bool
skew_load(struct skew *s, struct cursor *c, const struct record_shift *shift)
{
	const struct peer *p;

	s->steps = record_read_within(c, MOST_STEPS);
	s->reference = record_read_within(c, OFFSET_LIMIT);
	localclock_load(&s->local, c, shift->watching);
	hosts_load(s->hosts, c);
	peers_load(&s->peers, c, shift);
	TAILQ_FOREACH (p, &s->peers.lists[PEERS_ACCUSED], order)
		if (p->folded)
			agents_add(&s->agents, shift->now);
	agents_load(&s->agents, c, shift->watching);
	s->review = shift->now;
	s->stepped_at = shift->now;
	return !c->bad;
}
