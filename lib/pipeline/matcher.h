/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MATCHER_H
#define MATCHER_H

#include "net/portset.h"
#include "pipeline/callshard.h"
#include "pipeline/inner/clocks.h"
#include "pipeline/inner/hepagents.h"
#include "pipeline/inner/paths.h"
#include "pipeline/inner/shardset.h"
#include "sip/message.h"

/*
 * The matcher: events of all readers, in order of time, become observations.
 *
 *	event -> transaction, path, clock -> observation
 *
 * Whatever needs more than one flow is known here: requests and responses of
 * one transaction may come on two flows, and its legs, failover and ICMP do.
 * Nothing depends on which reader an event is of.  A message may come from any
 * source: one that came without packets of its own (HEP, a server's log) needs
 * no more than its octets and its origin.
 *
 * It keeps no clock: events bring their time, and matcher_tick() moves it
 * between events.
 */

struct matcher;

struct matcher_limits {
	struct portset sip_ports;
	struct portset watched_ports; /* server ports of watched transactions */
	const char *methods;          /* watched, separated by blanks; "*": all;
				       * copied */
	bool watch_mras;              /* MRAS requests on any SIP port too */
	bool one_way;                 /* responses without their requests are
				       * read all the same: others see those */
	struct message_limits message;
	struct paths_limits paths;
	struct txntable_limits transactions;
	struct clocks_limits clocks;
	struct hepagents_limits agents;
};

/* NULL when out of memory; the caller frees it. */
struct matcher *matcher_new(
    const struct matcher_limits *limits, observation_output *output, void *arg);
void matcher_free(struct matcher *m);

/* Shards match in its place, in threads of others: before anything comes in;
 * all is borrowed.  The shards' time and limits are then for whoever owns them;
 * at a hole or an end nobody else may be using them. */
void matcher_share(struct matcher *m, const struct shardset *shards);
void matcher_settle(void *matcher, const struct event *event);

/*
 * Events come in order of their `now', and whatever is due before it must have
 * been ticked.  An event_output; `matcher' is the struct matcher.
 */
void matcher_input(void *matcher, const struct event *event);

/* Fill watched and mras of a request's origin. */
void matcher_decide(const struct matcher *m, const struct sip_message *message,
    struct origin *origin);

/* A message passed on a flow, and is not put in. */
void matcher_spoke(
    struct matcher *m, uint64_t flow, bool by_client, nstime now);

/* A reader_hint; `matcher' is the struct matcher. */
void matcher_hint(
    void *matcher, const struct address *from, const struct address *to);

/* These events come soon, and next: what they need may be prefetched meanwhile,
 * first where it is found and then what is found there.  NULL: none is known.
 */
void matcher_expect(const struct matcher *m, const struct event *later);
void matcher_expect_entry(const struct matcher *m, const struct event *next);

/* All readers have reached `now'; `wall' is what stamps would be. */
void matcher_tick(struct matcher *m, nstime now, nstime wall);
nstime matcher_next_deadline(const struct matcher *m);

/* The capture lost packets before us (kernel drops). */
void matcher_dropped(struct matcher *m, nstime now);

/* Our own clock was stepped by `step' (positive: forward). */
void matcher_stepped(struct matcher *m, nstime step);

/* No packet at all was captured between the two.  Returns when the deadlines in
 * between are judged: see txntable_hole(). */
nstime matcher_hole(struct matcher *m, nstime from, nstime until);

/* The savefile ended, or `now' was rebased: open transactions cannot be judged
 * and are reported as unfinished.  The readers' reader_finish() comes first. */
void matcher_finish(struct matcher *m, nstime now, nstime wall);

void matcher_set(struct matcher *m, const struct matcher_limits *limits);

/* Transactions begun on a server port that were not watched. */
uint64_t matcher_not_watched(const struct matcher *m, uint16_t port);

/* Transactions open at present. */
size_t matcher_open(const struct matcher *m);

/* See txntable_slowest(). */
void matcher_slowest(const struct matcher *m, size_t most,
    txntable_waiting_output *output, void *arg);

/* See hepagents_list(). */
void matcher_agents(
    const struct matcher *m, hepagents_seen_output *output, void *arg);

/* How often libosip2 read what the scanner did: see crosscheck.h. */
uint64_t matcher_confirmed(const struct matcher *m);

/* Every reason of every room below. */
void matcher_stats(const struct matcher *m, counter_output *output, void *arg);

#endif
