/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/raise.h"

#include "base/nstime.h"

#define AGAIN (60 * NSTIME_S) /* from one finding of a trouble to the next */
#define REVIEW_GAP NSTIME_S   /* from one review to the next */

void
raise_init(struct raise *r, const struct raise_setup *setup)
{
	*r = (struct raise){ .setup = *setup, .review = NSTIME_NEVER };
	agents_init(&r->agents, setup->output, setup->arg);
}

void
raise_limit(struct raise *r, const struct raise_limits *limits)
{
	r->limits = *limits;
	agents_set(&r->agents, limits->judge_all);
}

void
raise_at(struct raise *r, nstime now, nstime wall)
{
	r->now = now;
	r->wall = wall;
}

void
raise_refer(struct raise *r, const struct raise_times *times)
{
	r->times = *times;
}

void
raise_schedule(struct raise *r, nstime at)
{
	if (r->has_reviewed && at < nstime_after(r->reviewed, REVIEW_GAP))
		at = nstime_after(r->reviewed, REVIEW_GAP);
	if (at < r->review)
		r->review = at;
}

void
raise_hole(struct raise *r, nstime span)
{
	if (r->review != NSTIME_NEVER)
		r->review = nstime_after(r->review, span);
}

static bool
speaks_sip(const struct raise *r, const struct address *address)
{
	for (enum stamp_attribution how = STAMP_HOST; how <= STAMP_VIA; how++) {
		const struct peer_key key = peer_key(address, how);
		const struct peer *p = peers_find(r->setup.peers, &key);

		if (p != NULL && p->speaks_sip)
			return true;
	}
	return false;
}

bool
raise_plays_a_part(const struct raise *r, const struct address *address)
{
	const struct hosts_facts facts = hosts_facts(r->setup.hosts, address);

	return hosts_is_of_interest(&facts) || speaks_sip(r, address);
}

/* May its clock-skew be raised?  It may have given a host the time before that
 * host was known to speak SIP. */
static bool
is_of_interest(const struct raise *r, const struct address *address)
{
	const struct peer *p;

	if (r->limits.judge_all || raise_plays_a_part(r, address))
		return true;
	p = peers_host(r->setup.peers, address);
	return p != NULL && p->client.version != 0 &&
	    raise_plays_a_part(r, &p->client);
}

/* The finding as things are now. */
static struct skewfinding
finding_of(const struct raise *r, const struct peer *p,
    const struct select_result *selected)
{
	struct skewfinding f = {
		.peer = p->key,
		.facts = hosts_facts(r->setup.hosts, &p->key.address),
		.estimate = selected->joint,
		.witnesses = selected->witnesses | selected->supporting,
		.local_clock = r->times.local_clock,
	};

	if (selected->serves_other) {
		f.serves_other = true;
		f.served = offset_middle(selected->served) - r->times.reference;
	}
	f.estimate.interval.lo -= r->times.reference;
	f.estimate.interval.hi -= r->times.reference;
	f.shape = shape_of(&f.estimate,
	    nstime_after(p->wall, r->times.reference - r->times.steps));
	return f;
}

static void
tell(struct raise *r, const struct peer *p, enum finding_change change,
    const struct evidence *evidence)
{
	const struct skewfinding_report report = {
		.peer = &p->key,
		.change = change,
		.severity = p->severity,
		.evidence = evidence,
		.now = r->now,
		.wall = r->wall,
	};

	skewfinding_tell(&report, r->setup.output, r->setup.arg);
}

static void
tell_trouble(struct raise *r, struct peer *p)
{
	struct select_result selected;
	struct skewfinding f;
	struct evidence evidence;

	if (!peers_select(r->setup.peers, p, &selected))
		return;
	f = finding_of(r, p, &selected);
	skewfinding_write(&f, &evidence);
	peer_told(p, skewfinding_severity(&f, &r->limits.thresholds), r->now);
	tell(r, p, FINDING_TROUBLE, &evidence);
}

static void
tell_agents(struct raise *r)
{
	const struct peer *worst =
	    peers_worst(r->setup.peers, r->times.reference);
	struct select_result selected;
	struct skewfinding f;
	struct evidence evidence;

	if (worst == NULL || !peers_select(r->setup.peers, worst, &selected))
		return;
	f = finding_of(r, worst, &selected);
	skewfinding_write(&f, &evidence);
	agents_tell(&r->agents, &evidence, r->now, r->wall);
}

static void
unfold(struct raise *r, struct peer *p, enum finding_change change)
{
	peer_unfold(p);
	agents_remove(&r->agents, change, r->now, r->wall);
}

static void
raise_one(struct raise *r, struct peer *p)
{
	const struct hosts_facts facts =
	    hosts_facts(r->setup.hosts, &p->key.address);

	peers_raise(r->setup.peers, p, !hosts_is_server(&facts));
	if (p->folded)
		agents_add(&r->agents, r->now);
	else
		tell_trouble(r, p);
}

static void
clear(struct raise *r, struct peer *p, enum finding_change change)
{
	const bool was_raised = p->state == PEER_RAISED;
	const bool was_folded = p->folded;

	peers_clear(r->setup.peers, p);
	if (was_raised && was_folded)
		agents_remove(&r->agents, change, r->now, r->wall);
	else if (was_raised)
		tell(r, p, change, NULL);
}

/* A raised peer has a new stamp: it is reported again when it became worse,
 * and once in a while. */
static void
remind(struct raise *r, struct peer *p, const struct select_result *selected)
{
	struct skewfinding f;

	if (p->folded) {
		if (agents_remind(&r->agents, r->now))
			raise_schedule(r, r->now);
		return;
	}
	f = finding_of(r, p, selected);
	if (nstime_passed(p->told, AGAIN, r->now) ||
	    skewfinding_severity(&f, &r->limits.thresholds) < p->severity)
		tell_trouble(r, p);
}

static void
pend(struct raise *r, struct peer *p)
{
	if (!is_of_interest(r, &p->key.address))
		return;
	peers_pend(r->setup.peers, p, r->now);
	raise_schedule(r, nstime_after(r->now, r->limits.hold));
}

/* On its way to the next state: a distant peer stays raised, and is no longer
 * pending. */
static void
transit(struct raise *r, struct peer *p, const struct select_result *selected,
    enum select_verdict verdict, enum finding_change if_right)
{
	if (p->state == PEER_CLEAR && verdict == SELECT_FALSETICKER)
		pend(r, p);
	else if (p->state == PEER_PENDING && verdict != SELECT_FALSETICKER)
		clear(r, p, if_right);
	else if (p->state == PEER_RAISED && verdict == SELECT_TRUECHIMER)
		clear(r, p, if_right);
	else if (p->state == PEER_RAISED)
		remind(r, p, selected);
}

/* By those that tell only changes: a program may make local time of UTC. */
static void
support_zone(struct peer *p)
{
	const struct offset *o = p->estimate.first;
	struct offset_estimate e;

	for (; o != NULL; o = o->next)
		if (witness_row((enum witness)o->witness)->changes &&
		    offset_estimate(o, &e) && e.stepped)
			zonechange_support(
			    &p->zone, (enum witness)o->witness, e.step);
}

/* Contradicting witnesses and a changed zone are troubles of their own, but
 * where they may be the clocks of several hosts behind the address. */
static void
weigh_witnesses(
    struct raise *r, struct peer *p, const struct select_result *selected)
{
	const struct conflict_case conflict = {
		.host = &p->key.address,
		.selected = selected,
		.reference = r->times.reference,
		.now = r->now,
		.wall = r->wall,
	};
	const bool any =
	    selected->contradicting != 0 || p->conflict.stands || p->zone.news;

	if (!any || p->key.attribution != STAMP_HOST ||
	    !is_of_interest(r, &p->key.address))
		return;
	conflict_weigh(&p->conflict, &conflict, r->setup.output, r->setup.arg);
	if (p->zone.news)
		support_zone(p);
	zonechange_tell(&p->zone, &p->key.address, r->now, r->wall,
	    r->setup.output, r->setup.arg);
}

/* Witnesses that contradict each other have their own finding; and an address
 * with other hosts behind it has several times by nature. */
static void
weigh_mixed(struct raise *r, struct peer *p, bool mixed)
{
	const struct undecided_host host = {
		.address = &p->key.address,
		.mixed = mixed && !p->conflict.stands &&
		    p->key.attribution == STAMP_HOST,
		.now = r->now,
		.wall = r->wall,
	};

	if ((host.mixed || p->undecided.mixed) &&
	    is_of_interest(r, &p->key.address))
		undecided_weigh(
		    &p->undecided, &host, r->setup.output, r->setup.arg);
}

static enum peer_side
side_of(const struct raise *r, const struct hosts_facts *facts,
    const struct select_result *selected, enum select_verdict verdict)
{
	if (verdict == SELECT_MIXED || !facts->answered)
		return PEER_NO_SIDE;
	return peers_side_of(
	    offset_middle(selected->joint.interval) - r->times.zero);
}

void
raise_weigh(struct raise *r, struct peer *p, enum finding_change if_right)
{
	const struct hosts_facts facts =
	    hosts_facts(r->setup.hosts, &p->key.address);
	const nstime warn =
	    facts.pool.warn > 0 ? facts.pool.warn : r->limits.thresholds.warn;
	struct select_result selected;
	enum select_verdict verdict;

	if (!peers_select(r->setup.peers, p, &selected))
		return;
	weigh_witnesses(r, p, &selected);
	verdict = select_verdict(
	    &selected.joint, r->times.reference, warn, r->limits.min_samples);
	if (verdict == SELECT_PENDING)
		return;
	weigh_mixed(r, p, verdict == SELECT_MIXED);
	if (peers_take_side(
		r->setup.peers, p, side_of(r, &facts, &selected, verdict)))
		raise_schedule(r, nstime_after(r->now, r->limits.hold));
	if (verdict != SELECT_MIXED)
		transit(r, p, &selected, verdict, if_right);
	else if (p->state != PEER_CLEAR)
		clear(r, p, FINDING_SUPERSEDED);
}

void
raise_weigh_all(struct raise *r, enum finding_change if_right)
{
	if (!peers_sort(r->setup.peers)) {
		r->no_memory++;
		return;
	}
	for (size_t i = 0; i < r->setup.peers->sorted_count; i++)
		raise_weigh(r, r->setup.peers->sorted[i], if_right);
}

/* A witness-conflict of muted witnesses ends by its own quiet time. */
static void
release(struct raise *r, struct peer *p, unsigned muted)
{
	const bool silenced = estimate_mute(&p->estimate, muted) &&
	    estimate_is_empty(&p->estimate);

	if (p->state != PEER_CLEAR &&
	    (silenced || !is_of_interest(r, &p->key.address)))
		clear(r, p, FINDING_SUPERSEDED);
	if (silenced && peers_take_side(r->setup.peers, p, PEER_NO_SIDE))
		raise_schedule(r, nstime_after(r->now, r->limits.hold));
}

void
raise_apply(struct raise *r)
{
	if (!peers_sort(r->setup.peers)) {
		r->no_memory++;
		return;
	}
	for (size_t i = 0; i < r->setup.peers->sorted_count; i++)
		release(r, r->setup.peers->sorted[i], r->limits.muted);
}

void
raise_review(struct raise *r, nstime now, nstime wall)
{
	r->review = NSTIME_NEVER;
	r->has_reviewed = true;
	r->reviewed = now;
	raise_at(r, now, wall);
}

void
raise_pending(struct raise *r, bool at_end)
{
	struct peer *p;
	nstime due;

	while (
	    (p = TAILQ_FIRST(&r->setup.peers->lists[PEER_PENDING])) != NULL &&
	    (at_end || nstime_passed(p->since, r->limits.hold, r->now)))
		raise_one(r, p);
	if (p != NULL)
		raise_schedule(r, nstime_after(p->since, r->limits.hold));
	due = agents_due(&r->agents, r->now);
	if (due <= r->now || (at_end && due != NSTIME_NEVER))
		tell_agents(r);
	else if (due != NSTIME_NEVER)
		raise_schedule(r, due);
}

/* It has its own finding from now on, and leaves that of the user agents. */
static void
become_server(struct raise *r, struct peer *p)
{
	char store[64];
	struct textbuf key;

	textbuf_init(&key, store, sizeof(store));
	skewfinding_key(&key, &p->key);
	peer_unfold(p);
	tell_trouble(r, p);
	agents_hand_over(&r->agents, textbuf_slice(&key), r->now, r->wall);
}

void
raise_regard(struct raise *r, const struct address *address)
{
	const struct hosts_facts facts = hosts_facts(r->setup.hosts, address);

	for (enum stamp_attribution how = STAMP_HOST; how <= STAMP_VIA; how++) {
		const struct peer_key key = peer_key(address, how);
		struct peer *p = peers_find(r->setup.peers, &key);

		if (p == NULL)
			continue;
		if (p->state != PEER_RAISED) {
			raise_weigh(r, p, FINDING_HEALTHY);
			continue;
		}
		if (!p->folded || !hosts_is_server(&facts))
			continue;
		become_server(r, p);
	}
}

void
raise_forget(struct raise *r, struct peer *p)
{
	if (p->folded)
		unfold(r, p, FINDING_SUPERSEDED);
	peers_forget(r->setup.peers, p);
}

void
raise_disown(struct raise *r, const struct address *host, enum witness witness)
{
	struct peer *p = peers_host(r->setup.peers, host);

	if (p == NULL || estimate_offset(&p->estimate, witness) == NULL)
		return;
	release(r, p, 1u << witness);
	if (estimate_is_empty(&p->estimate))
		raise_forget(r, p);
	else
		raise_weigh(r, p, FINDING_SUPERSEDED);
}

void
raise_save(const struct raise *r, struct record *record)
{
	agents_save(record, &r->agents);
}

void
raise_load(struct raise *r, struct cursor *c, const struct record_shift *shift)
{
	const struct peer *p;

	TAILQ_FOREACH (p, &r->setup.peers->lists[PEER_RAISED], order)
		if (p->folded)
			agents_add(&r->agents, shift->now);
	agents_load(&r->agents, c, shift->watching);
	r->review = shift->now;
}
