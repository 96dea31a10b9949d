/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SKEW_H
#define SKEW_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "clock/ownclock.h"
#include "clock/shape.h"
#include "findings/finding.h"
#include "skew/inner/hosts.h"
#include "witness/stamp.h"

/*
 * clock-skew, local-clock, witness-conflict and zone-change: which clock is
 * wrong (DESIGN section 7, DOMAIN section 2).  Stamps of other hosts' clocks
 * come in, each compared with the wall time of the packet that carried it.
 *
 *	stamp -> estimate -> selection -> pending -> raised -> cleared
 *
 * This is the room's one door.
 */

struct skew;

struct skew_limits {
	nstime warn, major, critical; /* 60 s, 300 s, 900 s */
	unsigned min_samples;         /* 3 */
	nstime hold;                  /* 10 s from pending to raised */
	size_t peers;
	unsigned muted; /* witnesses that are not used: 1 << WITNESS_x */
	bool judge_all; /* not only hosts of interest */
	const struct hosts_pool *pools; /* copied */
	size_t pool_count;
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

struct skew *skew_new(
    const struct skew_limits *limits, finding_output *output, void *arg);
void skew_free(struct skew *s);

void skew_input(struct skew *s, const struct stamp *stamp);

/* `address' sends (client) or answers (server) watched requests on 5062. */
void skew_role(struct skew *s, const struct address *address, bool is_server);

/*
 * `address' answered another host, or was answered: nobody made it up.  Only
 * then does its clock count against ours, or for it.
 */
void skew_answered(struct skew *s, const struct address *address);

/*
 * Only hosts of interest are judged, unless `judge_all': hosts that speak SIP,
 * in clear text or TLS on its ports, or belong to a pool, or serve the time to
 * one that does.  A host with a stamp in a SIP message need not be announced.
 */
void skew_speaks_sip(struct skew *s, const struct address *address);
void skew_serves_time(
    struct skew *s, const struct address *server, const struct address *client);

void skew_local(struct skew *s, enum ownclock state, nstime now, nstime wall);

/* Our own clock was stepped by `step' (positive: forward) at `now'; every
 * estimator shifts with it. */
void skew_stepped(struct skew *s, nstime step, nstime now, nstime wall);

/* How far our clock is ahead of the time that is held to be true: 0 unless
 * ours is the odd one out. */
nstime skew_ahead(const struct skew *s);

/* Whether ours, less that, is known to be right: by the kernel, by a host that
 * agrees with it, or by a quorum that does not. */
bool skew_vouched(const struct skew *s);

/*
 * Savefiles: the stamps jumped by `size' (positive: forward), at `now'.  Where
 * the clocks of the peers show that it was the capture's clock, a step of ours
 * is reported, and every estimate shifts with it.
 */
void skew_jumped(struct skew *s, nstime size, nstime now);

/* Nothing is known of a span of time: whatever is due waits that much longer.
 */
void skew_hole(struct skew *s, nstime span);

void skew_tick(struct skew *s, nstime now, nstime wall);
nstime skew_next_deadline(const struct skew *s);

/* A savefile ended: pending peers are raised at once. */
void skew_finish(struct skew *s, nstime now, nstime wall);

void skew_set(struct skew *s, const struct skew_limits *limits);

/* What one of a host's witnesses says by itself.  Of one that tells only
 * changes the offset is how much it changed. */
struct skew_testimony {
	enum witness witness;
	nstime offset, uncertainty;
	unsigned samples;
	bool believed; /* it is part of the estimate, or supports it */
};

/* The next estimate in order of address, of a peer of which anything is known;
 * *next is 0 at first.  False: there are no more. */
struct skew_estimate {
	struct address peer;
	enum stamp_attribution attribution;
	uint32_t agent; /* its number, where that is STAMP_AGENT */
	nstime offset, uncertainty;
	unsigned samples;
	unsigned witnesses; /* 1 << WITNESS_x: of which it is */
	unsigned said_count;
	struct skew_testimony said[WITNESS_KINDS];
	enum shape_kind shape;
};
bool skew_estimate(
    struct skew *s, size_t *next, struct skew_estimate *estimate);

/* The estimate of one host's own clock.  False: there is none, or too few
 * samples, or its witnesses contradict each other. */
bool skew_estimate_of(const struct skew *s, const struct address *host,
    struct skew_estimate *estimate);

/*
 * State kept over a restart: the estimates, and the raised peers.  skew_load()
 * is for an empty room; false: it makes no sense, and the room is only good to
 * be freed.
 */
void skew_save(const struct skew *s, struct record *r);
bool skew_load(
    struct skew *s, struct cursor *c, const struct record_shift *shift);

void skew_stats(const struct skew *s, counter_output *output, void *arg);

#endif
