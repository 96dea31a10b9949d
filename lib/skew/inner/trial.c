/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/trial.h"

#include "skew/inner/accusation.h"
#include "findings/due.h"

#define AGAIN (60 * NSTIME_S) /* a standing accusation is told */
#define REVIEW_GAP NSTIME_S   /* from one judging to the next */

void
trial_init(struct trial *t)
{
	t->review = NSTIME_NEVER;
	agents_init(&t->agents, t->output, t->arg);
}

void
trial_schedule(struct trial *t, nstime at)
{
	if (t->has_reviewed && at < due_at(t->reviewed, REVIEW_GAP))
		at = due_at(t->reviewed, REVIEW_GAP);
	if (at < t->review)
		t->review = at;
}

static bool
speaks_sip(const struct trial *t, const struct address *address)
{
	for (uint8_t how = STAMP_HOST; how <= STAMP_VIA; how++) {
		const struct peer *p = peers_find(&t->peers, address, how);

		if (p != NULL && p->speaks_sip)
			return true;
	}
	return false;
}

bool
trial_plays_a_part(const struct trial *t, const struct address *address)
{
	const struct hosts_facts facts = hosts_facts(t->hosts, address);

	return hosts_is_of_interest(&facts) || speaks_sip(t, address);
}

/* May its clock be accused?  It may also have given somebody the time before
 * that one was known to speak SIP. */
static bool
is_of_interest(const struct trial *t, const struct address *address)
{
	const struct peer *p;

	if (t->limits->judge_all || trial_plays_a_part(t, address))
		return true;
	p = peers_find(&t->peers, address, STAMP_HOST);
	return p != NULL && p->client.version != 0 &&
	    trial_plays_a_part(t, &p->client);
}

/* The case against a peer, as things stand. */
static struct accusation
accuse(const struct trial *t, const struct peer *p,
    const struct testimony_estimate *testimony)
{
	struct accusation a = {
		.peer = p->key.address,
		.attribution = (enum stamp_attribution)p->key.attribution,
		.facts = hosts_facts(t->hosts, &p->key.address),
		.estimate = testimony->joint,
		.witnesses = testimony->witnesses,
		.local_clock = t->local_clock,
	};

	a.estimate.interval.lo -= t->reference;
	a.estimate.interval.hi -= t->reference;
	a.shape =
	    shape_of(&a.estimate, due_at(p->wall, t->reference - t->steps));
	return a;
}

static void
tell(struct trial *t, const struct peer *p, enum finding_verdict verdict,
    const struct evidence *evidence)
{
	const struct accusation_finding finding = {
		.peer = &p->key.address,
		.attribution = (enum stamp_attribution)p->key.attribution,
		.verdict = verdict,
		.severity = p->severity,
		.evidence = evidence,
		.now = t->now,
		.wall = t->wall,
	};

	accusation_tell(&finding, t->output, t->arg);
}

static void
tell_trouble(struct trial *t, struct peer *p)
{
	struct testimony_estimate testimony;
	struct accusation a;
	struct evidence evidence;

	if (!peers_estimate(&t->peers, p, &testimony))
		return;
	a = accuse(t, p, &testimony);
	accusation_write(&a, &evidence);
	p->severity = accusation_severity(&a, t->limits);
	p->told = t->now;
	tell(t, p, FINDING_TROUBLE, &evidence);
}

static void
tell_agents(struct trial *t)
{
	const struct peer *worst = peers_worst(&t->peers, t->reference);
	struct testimony_estimate testimony;
	struct accusation a;
	struct evidence evidence;

	if (worst == NULL || !peers_estimate(&t->peers, worst, &testimony))
		return;
	a = accuse(t, worst, &testimony);
	accusation_write(&a, &evidence);
	agents_tell(&t->agents, &evidence, t->now, t->wall);
}

static void
unfold(struct trial *t, struct peer *p, enum finding_verdict verdict)
{
	p->folded = false;
	agents_remove(&t->agents, verdict, t->now, t->wall);
}

/* Held long enough, and still wrong. */
static void
convict(struct trial *t, struct peer *p)
{
	const struct hosts_facts facts = hosts_facts(t->hosts, &p->key.address);

	peers_stand(&t->peers, p, PEERS_ACCUSED);
	p->folded = !hosts_is_server(&facts);
	if (p->folded)
		agents_add(&t->agents, t->now);
	else
		tell_trouble(t, p);
}

static void
absolve(struct trial *t, struct peer *p, enum finding_verdict verdict)
{
	const bool was_accused = p->standing == PEERS_ACCUSED;

	peers_stand(&t->peers, p, PEERS_CALM);
	if (was_accused && p->folded)
		unfold(t, p, verdict);
	else if (was_accused)
		tell(t, p, verdict, NULL);
}

/* An accused peer was seen again: told when it became worse, and now and
 * then. */
static void
insist(
    struct trial *t, struct peer *p, const struct testimony_estimate *testimony)
{
	struct accusation a;

	if (p->folded) {
		if (agents_insist(&t->agents, t->now))
			trial_schedule(t, t->now);
		return;
	}
	a = accuse(t, p, testimony);
	if (due_by(p->told, AGAIN, t->now) ||
	    accusation_severity(&a, t->limits) < p->severity)
		tell_trouble(t, p);
}

static void
suspect(struct trial *t, struct peer *p)
{
	if (!is_of_interest(t, &p->key.address))
		return;
	peers_stand(&t->peers, p, PEERS_SUSPECT);
	p->since = t->now;
	trial_schedule(t, due_at(t->now, t->limits->hold));
}

/* Wrong is beyond the threshold whatever the uncertainty, and right within it
 * likewise: what lies on it changes nothing. */
static void
weigh_offset(struct trial *t, struct peer *p,
    const struct testimony_estimate *testimony, enum finding_verdict if_right)
{
	const struct hosts_facts facts = hosts_facts(t->hosts, &p->key.address);
	const nstime warn =
	    facts.pool.warn > 0 ? facts.pool.warn : t->limits->warn;
	const nstime lo = testimony->joint.interval.lo - t->reference;
	const nstime hi = testimony->joint.interval.hi - t->reference;
	const bool wrong = lo >= warn || hi <= -warn;
	const bool right = hi < warn && lo > -warn;

	switch (p->standing) {
	case PEERS_CALM:
		if (wrong)
			suspect(t, p);
		return;
	case PEERS_SUSPECT:
		if (!wrong)
			absolve(t, p, if_right);
		return;
	default:
		if (right)
			absolve(t, p, if_right);
		else
			insist(t, p, testimony);
	}
}

/* What is not a wrong clock but trouble all the same. */
static void
weigh_oddities(
    struct trial *t, struct peer *p, const struct testimony_estimate *testimony)
{
	const struct conflict_case conflict = {
		.host = &p->key.address,
		.testimony = testimony,
		.reference = t->reference,
		.now = t->now,
		.wall = t->wall,
	};
	const bool any =
	    testimony->contradicting != 0 || p->conflict.stands || p->zone.news;

	if (!any || !is_of_interest(t, &p->key.address))
		return;
	conflict_weigh(&p->conflict, &conflict, t->output, t->arg);
	zonechange_tell(
	    &p->zone, &p->key.address, t->now, t->wall, t->output, t->arg);
}

void
trial_weigh(struct trial *t, struct peer *p, enum finding_verdict if_right)
{
	struct testimony_estimate testimony;
	const struct offset_estimate *e = &testimony.joint;
	enum peers_side side;

	if (!peers_estimate(&t->peers, p, &testimony))
		return;
	weigh_oddities(t, p, &testimony);
	if (!e->mixed && (e->stamps < t->limits->min_samples || e->unsettled))
		return;
	side = e->mixed ? PEERS_NO_SIDE
			: peers_side_of(offset_middle(e->interval) - t->steps);
	if (peers_take_side(&t->peers, p, side))
		trial_schedule(t, due_at(t->now, t->limits->hold));
	if (!e->mixed)
		weigh_offset(t, p, &testimony, if_right);
	else if (p->standing != PEERS_CALM)
		absolve(t, p, FINDING_SUPERSEDED);
}

void
trial_weigh_all(struct trial *t, enum finding_verdict if_right)
{
	if (!peers_sort(&t->peers)) {
		t->no_memory++;
		return;
	}
	for (size_t i = 0; i < t->peers.sorted_count; i++)
		trial_weigh(t, t->peers.sorted[i], if_right);
}

/* A conflict that nobody is told of any more is left to grow quiet. */
static void
release(struct trial *t, struct peer *p)
{
	const bool silenced = testimony_mute(&p->testimony, t->limits->muted) &&
	    testimony_is_empty(&p->testimony);

	if (p->standing != PEERS_CALM &&
	    (silenced || !is_of_interest(t, &p->key.address)))
		absolve(t, p, FINDING_SUPERSEDED);
	if (silenced && peers_take_side(&t->peers, p, PEERS_NO_SIDE))
		trial_schedule(t, due_at(t->now, t->limits->hold));
}

void
trial_set(struct trial *t)
{
	if (!peers_sort(&t->peers)) {
		t->no_memory++;
		return;
	}
	for (size_t i = 0; i < t->peers.sorted_count; i++)
		release(t, t->peers.sorted[i]);
}

void
trial_review(struct trial *t, bool at_end)
{
	struct peer *p;
	nstime due;

	while ((p = TAILQ_FIRST(&t->peers.lists[PEERS_SUSPECT])) != NULL &&
	    (at_end || due_by(p->since, t->limits->hold, t->now)))
		convict(t, p);
	if (p != NULL)
		trial_schedule(t, due_at(p->since, t->limits->hold));
	due = agents_due(&t->agents, t->now);
	if (due <= t->now || (at_end && due != NSTIME_NEVER))
		tell_agents(t);
	else if (due != NSTIME_NEVER)
		trial_schedule(t, due);
}

void
trial_regard(struct trial *t, const struct address *address)
{
	const struct hosts_facts facts = hosts_facts(t->hosts, address);

	for (uint8_t how = STAMP_HOST; how <= STAMP_VIA; how++) {
		struct peer *p = peers_find(&t->peers, address, how);

		if (p == NULL)
			continue;
		if (p->standing != PEERS_ACCUSED) {
			trial_weigh(t, p, FINDING_HEALTHY);
			continue;
		}
		if (!p->folded || !hosts_is_server(&facts))
			continue;
		unfold(t, p, FINDING_SUPERSEDED);
		tell_trouble(t, p);
	}
}

void
trial_dismiss(struct trial *t, struct peer *p)
{
	if (p->folded)
		unfold(t, p, FINDING_SUPERSEDED);
	peers_forget(&t->peers, p);
}
