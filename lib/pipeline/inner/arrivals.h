/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ARRIVALS_H
#define ARRIVALS_H

#include "pipeline/inner/hepagents.h"

/*
 * Events as they come, before transactions are matched: messages that another
 * source has shown are left out, and those that agents sent, as reports, are
 * taken for what the agent's clock and rate make them.  What leaves here has no
 * agent: its number is in the origin, its stamp in `wall'.
 */

struct arrivals;

struct arrivals_output {
	event_output *event;
	/* A message too many is lost as one that was not captured. */
	void (*lost)(void *arg, nstime now);
	void *arg;
};

/* NULL when out of memory; the caller frees it. */
struct arrivals *arrivals_new(const struct hepagents_limits *limits,
    const struct arrivals_output *output);
void arrivals_free(struct arrivals *a);
void arrivals_set(struct arrivals *a, const struct hepagents_limits *limits);

void arrivals_input(struct arrivals *a, const struct event *event);

/* As hepagents has them. */
void arrivals_tick(struct arrivals *a, nstime now, nstime wall);
nstime arrivals_next_deadline(const struct arrivals *a);
void arrivals_agents(
    const struct arrivals *a, hepagents_seen_output *output, void *arg);

/* msgdup.*, hepagents.* */
void arrivals_stats(
    const struct arrivals *a, counter_output *output, void *arg);

#endif
