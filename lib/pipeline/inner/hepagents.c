/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/hepagents.h"

#include <stdlib.h>

#include "base/lru.h"
#include "base/tokenbucket.h"
#include "pipeline/inner/hepreading.h"

/* One sample a second is plenty for a clock. */
#define SAMPLE NSTIME_S

/* After so long another of its address may take an agent's place. */
#define QUIET (60 * NSTIME_S)

/* Agents are looked through for silent ones at least so often. */
#define ROUND (60 * NSTIME_S)

enum {
	BURST = 5,   /* seconds of its rate that an agent may send at once */
	KNOWN = 20,  /* messages until its silence says anything */
	PAUSES = 4,  /* times the longest pause so far */
	OF_ONE = 256 /* agents of one address: a number costs nothing */
};

struct agent_key {
	struct address address;
	uint32_t number;
};

struct hepagents_agent {
	struct lru_entry entry;
	struct agent_key key;
	uint16_t id;
	bool shares; /* as in struct hepagents_message */
	bool lost;
	struct tokenbucket bucket;
	uint64_t messages;
	uint64_t over_rate, doubtful;
	nstime last, longest;     /* message; pause between two */
	nstime last_wall, offset; /* as in struct hepagents_seen */
	nstime sampled;
};

struct hepagents {
	struct hepagents_limits limits;
	hepagents_output *output;
	void *arg;
	struct lru *agents;
	uint16_t last_id;
	nstime round; /* the next look for silent ones */
	uint64_t over_rate, crowded, doubtful;
};

static bool
same_agent(const struct table_entry *entry, const void *key)
{
	const struct agent_key *a =
	    &((const struct hepagents_agent *)entry)->key;
	const struct agent_key *b = key;

	return a->number == b->number &&
	    endpoint_address_equal(&a->address, &b->address);
}

struct hepagents *
hepagents_new(
    const struct hepagents_limits *limits, hepagents_output *output, void *arg)
{
	const struct lru_setup setup = {
		.limit = limits->agents,
		.octets = sizeof(struct hepagents_agent),
		.memory = limits->memory,
		.equal = same_agent,
	};
	struct hepagents *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->limits = *limits;
	h->output = output;
	h->arg = arg;
	h->round = NSTIME_NEVER;
	h->agents = lru_new(&setup, &limits->key);
	if (h->agents != NULL)
		return h;
	free(h);
	return NULL;
}

void
hepagents_free(struct hepagents *h)
{
	if (h == NULL)
		return;
	lru_free(h->agents);
	free(h);
}

void
hepagents_set(struct hepagents *h, const struct hepagents_limits *limits)
{
	struct hepagents_agent *a;

	lru_set(h->agents, limits->agents);
	if (limits->rate != h->limits.rate && limits->rate > 0)
		for (a = lru_oldest(h->agents); a != NULL; a = lru_newer(a))
			tokenbucket_init(&a->bucket, limits->rate,
			    BURST * limits->rate, a->last);
	h->limits = *limits;
}

static nstime
next_round(const struct hepagents *h, nstime now)
{
	return nstime_after(
	    now, h->limits.silent < ROUND ? h->limits.silent : ROUND);
}

static void
tell(const struct hepagents *h, const struct hepagents_agent *a, bool lost,
    nstime now, nstime wall)
{
	h->output(h->arg,
	    &(struct observation){
		.kind = OBSERVATION_AGENT,
		.now = now,
		.wall = wall,
		.a = { .address = a->key.address },
		.agent = { .number = a->key.number, .lost = lost },
	    });
}

static uint64_t
hash_of(const struct hepagents *h, const struct event_agent *agent)
{
	return lru_hash(h->agents,
		   slice_of(&agent->address, sizeof(agent->address))) *
	    31 +
	    agent->number;
}

/* Made-up numbers push out none of another address, and of their own only those
 * that are quiet.  False: there are as many as one address may have. */
static bool
make_place(struct hepagents *h, const struct address *address, nstime now)
{
	struct hepagents_agent *a, *oldest = NULL;
	unsigned count = 0;

	for (a = lru_oldest(h->agents); a != NULL; a = lru_newer(a)) {
		if (!endpoint_address_equal(&a->key.address, address))
			continue;
		if (count++ == 0)
			oldest = a;
	}
	if (count < OF_ONE)
		return true;
	if (now - oldest->last < QUIET) {
		h->crowded++;
		return false;
	}
	lru_forget(h->agents, oldest);
	return true;
}

/* All of them share an address from now on, if it is not the only one.  An
 * agent goes on doing so when the others are gone: its clock has its name. */
static void
meet(struct hepagents *h, struct hepagents_agent *added)
{
	struct hepagents_agent *a;

	for (a = lru_oldest(h->agents); a != NULL; a = lru_newer(a)) {
		if (a == added ||
		    !endpoint_address_equal(
			&a->key.address, &added->key.address))
			continue;
		a->shares = true;
		added->shares = true;
	}
}

static struct hepagents_agent *
find(struct hepagents *h, const struct event_agent *agent, nstime now)
{
	const uint64_t hash = hash_of(h, agent);
	const struct agent_key key = { agent->address, agent->number };
	struct hepagents_agent *a = lru_find(h->agents, hash, &key);

	if (a != NULL) {
		lru_use(h->agents, a);
		return a;
	}
	if (!make_place(h, &agent->address, now))
		return NULL;
	a = lru_add(h->agents, hash);
	if (a == NULL)
		return NULL;
	a->key = key;
	meet(h, a);
	a->id = ++h->last_id == 0 ? ++h->last_id : h->last_id;
	a->last = now;
	a->sampled = now - SAMPLE;
	if (h->limits.rate > 0)
		tokenbucket_init(
		    &a->bucket, h->limits.rate, BURST * h->limits.rate, now);
	if (h->round == NSTIME_NEVER)
		h->round = next_round(h, now);
	return a;
}

static void
hear(struct hepagents *h, struct hepagents_agent *a, nstime now, nstime wall)
{
	/* Of one heard first an alert may stand from before a restart, or from
	 * before it lost its place here. */
	if (a->lost || a->messages == 0) {
		a->lost = false;
		tell(h, a, false, now, wall);
		if (h->round == NSTIME_NEVER)
			h->round = next_round(h, now);
	}
	if (now - a->last > a->longest)
		a->longest = now - a->last;
	a->last = now;
	a->last_wall = wall;
	a->messages++;
}

bool
hepagents_input(struct hepagents *h, const struct event_agent *agent,
    nstime now, nstime wall, struct hepagents_message *out)
{
	struct hepagents_agent *a = find(h, agent, now);

	if (a == NULL)
		return false;
	hear(h, a, now, wall);
	a->offset = agent->stamp == 0 ? NSTIME_NEVER : agent->stamp - wall;
	if (h->limits.rate > 0 && !tokenbucket_take(&a->bucket, now)) {
		h->over_rate++;
		a->over_rate++;
		return false;
	}
	*out = (struct hepagents_message){
		.agent = a->id,
		.shares = a->shares,
		.tells = agent->stamp != 0 && now - a->sampled >= SAMPLE,
		.doubtful = hepreading_is_doubtful(agent->stamp, wall),
	};
	if (out->tells)
		a->sampled = now;
	h->doubtful += out->doubtful;
	a->doubtful += out->doubtful;
	return true;
}

static nstime
patience(const struct hepagents *h, const struct hepagents_agent *a)
{
	const nstime paused = PAUSES * a->longest;

	return paused > h->limits.silent ? paused : h->limits.silent;
}

struct event_stamp
hepagents_stamp(
    const struct event_agent *agent, nstime now, nstime wall, bool shares)
{
	return (struct event_stamp){
		.stamp = {
		    .peer = agent->address,
		    .witness = WITNESS_HEP,
		    .attribution = shares ? STAMP_AGENT : STAMP_HOST,
		    .agent = agent->number,
		    .told = agent->stamp,
		    .resolution = NSTIME_US,
		    .wall = wall,
		    .now = now,
		},
	};
}

void
hepagents_tick(struct hepagents *h, nstime now, nstime wall)
{
	struct hepagents_agent *a;
	bool any = false;

	if (now < h->round)
		return;
	for (a = lru_oldest(h->agents); a != NULL; a = lru_newer(a)) {
		if (a->lost)
			continue;
		a->lost =
		    a->messages >= KNOWN && now - a->last >= patience(h, a);
		if (a->lost)
			tell(h, a, true, now, wall);
		any = any || !a->lost;
	}
	h->round = any ? next_round(h, h->round) : NSTIME_NEVER;
}

nstime
hepagents_next_deadline(const struct hepagents *h)
{
	return h->round;
}

void
hepagents_list(
    const struct hepagents *h, hepagents_seen_output *output, void *arg)
{
	const struct hepagents_agent *a;

	for (a = lru_oldest(h->agents); a != NULL; a = lru_newer(a))
		output(arg,
		    &(struct hepagents_seen){
			.address = a->key.address,
			.number = a->key.number,
			.messages = a->messages,
			.over_rate = a->over_rate,
			.doubtful = a->doubtful,
			.last = a->last_wall,
			.offset = a->offset,
			.lost = a->lost,
		    });
}

void
hepagents_stats(const struct hepagents *h, counter_output *output, void *arg)
{
	output(arg, COUNTER_AGENT, "hepagents.over_rate", h->over_rate);
	output(arg, COUNTER_AGENT, "hepagents.evicted", lru_evicted(h->agents));
	output(arg, COUNTER_AGENT, "hepagents.crowded", h->crowded);
	output(arg, COUNTER_EVENT, "hepagents.doubtful", h->doubtful);
	output(
	    arg, COUNTER_LIMIT, "hepagents.no_memory", lru_failed(h->agents));
}
