/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CLOCKS_H
#define CLOCKS_H

#include "base/budget.h"
#include "pipeline/event.h"
#include "pipeline/inner/crosscheck.h"

/*
 * The matcher's half of reading clocks (DOMAIN 2.10).  Stamps that readers saw
 * pass unless their witness is switched off; fields that may as well hold
 * random octets are learnt by agreement first.  SIP messages are read here,
 * since a Date counts only where the transactions show that it is new.  The
 * same messages may refuse a client for the time, which is reported too.
 */

struct clocks;

struct clocks_limits {
	unsigned muted; /* witnesses that are not looked at: 1 << WITNESS_x */
	size_t tellers; /* hosts that may send random octets, or pass on */
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
	/* The zone of Dates that name none, seconds east of UTC. */
	bool has_zone;
	int64_t zone;
};

/* NULL when out of memory; the caller frees it. */
struct clocks *clocks_new(
    const struct clocks_limits *limits, observation_output *output, void *arg);
void clocks_free(struct clocks *c);
void clocks_set(struct clocks *c, const struct clocks_limits *limits);

/* A SIP message and what the transactions made of it. */
struct clocks_message {
	const struct sip_message *message;
	struct slice octets;
	const struct origin *origin;
	struct txntable_input input;
	struct crosscheck *crosscheck; /* for a message that was scanned */
};
void clocks_message(struct clocks *c, const struct clocks_message *message);

/* False: clocks_message() would do nothing with it. */
bool clocks_may_tell(
    const struct sip_message *message, const struct txntable_input *input);

/* A stamp that a reader saw: see sightings.h. */
void clocks_stamp(struct clocks *c, const struct event_stamp *stamp);

/* Our own clock was stepped by `step' (positive: forward). */
void clocks_stepped(struct clocks *c, nstime step);

/* agreement.*, speakers.*, sipdate.* */
void clocks_stats(const struct clocks *c, counter_output *output, void *arg);

#endif
