/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HEPAGENTS_H
#define HEPAGENTS_H

#include "base/counter.h"
#include "pipeline/event.h"

/*
 * The agents that send HEP: which there are, how much each may send, whether
 * its clock can be relied on, and whether it stopped.  An agent is an address
 * and the number that it gives itself.  The clock of the only agent at an
 * address is taken for the host's own, that of each of several is by itself.
 */

struct hepagents;

struct hepagents_limits {
	size_t agents; /* at the limit the one silent for longest goes */
	unsigned rate; /* messages a second of one agent; 0: any number */
	nstime silent; /* an agent has stopped after this, or later where it
			* has paused for long before */
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

/* An agent has stopped, or is back; one that is new here may be back. */
typedef void hepagents_output(void *arg, const struct observation *observation);

struct hepagents *hepagents_new(
    const struct hepagents_limits *limits, hepagents_output *output, void *arg);
void hepagents_free(struct hepagents *h);
void hepagents_set(struct hepagents *h, const struct hepagents_limits *limits);

struct hepagents_message {
	uint16_t agent; /* its number here, for struct origin; never 0 */
	bool shares;    /* its address with other agents, so that its clock is
			 * its own and perhaps not that of the host there */
	bool tells;     /* its clock is to be judged by this message */
	bool doubtful;  /* its stamp is nothing to compare with */
};

/* A message, or a report, came at `now', `wall' being our clock.  False: it is
 * one too many. */
bool hepagents_input(struct hepagents *h, const struct event_agent *agent,
    nstime now, nstime wall, struct hepagents_message *out);

/* What its clock told by a message or a report of it, which came at `now';
 * `shares' as above. */
struct event_stamp hepagents_stamp(
    const struct event_agent *agent, nstime now, nstime wall, bool shares);

/* `wall' is our clock at `now'. */
void hepagents_tick(struct hepagents *h, nstime now, nstime wall);
nstime hepagents_next_deadline(const struct hepagents *h);

/* For queries. */
struct hepagents_seen {
	struct address address;
	uint32_t number;
	uint64_t messages;  /* those over its rate too */
	uint64_t over_rate; /* .. which are these */
	uint64_t doubtful;  /* stamps that are nothing to compare with */
	nstime last;        /* message, by our clock */
	nstime offset;      /* its latest stamp less our clock on arrival;
			     * NSTIME_NEVER: it sends none */
	bool lost;
};
typedef void hepagents_seen_output(
    void *arg, const struct hepagents_seen *agent);

/* Show all, the one silent for longest first. */
void hepagents_list(
    const struct hepagents *h, hepagents_seen_output *output, void *arg);

/* hepagents.over_rate, hepagents.evicted, hepagents.crowded,
 * hepagents.doubtful, hepagents.no_memory */
void hepagents_stats(
    const struct hepagents *h, counter_output *output, void *arg);

#endif
