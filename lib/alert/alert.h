/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ALERT_H
#define ALERT_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "findings/finding.h"

/*
 * The life of alerts (DESIGN section 8): findings of one kind and key are one
 * alert.  It is raised once (kinds that an incident may join after `join'),
 * refreshed at most once per `reminder' with counts, and resolved; raised again
 * within `flap' of resolving it is a new episode emitted once, then at most
 * once per `reminder'.  It is refreshed sooner when its count has grown
 * tenfold, and when it breaks out again after five quiet minutes.
 *
 * An outage is not resolved as healthy while the same server fails in another
 * way: both are when the last is.  One that another alert supersedes ends, as
 * joined, once that one was raised.
 *
 * An alert that an incident takes in while it waits is joined in the place of
 * raised: it goes on, its events have `joined' set, and it is not refreshed.
 * One that was raised before goes on as it is, with `incident' set.
 */

struct alert;

enum alert_state {
	ALERT_RAISED,
	ALERT_REFRESHED,
	ALERT_RESOLVED,
	ALERT_JOINED /* another alert goes on with it, or an incident took it in
		      * before it was raised: for programs, people hear of that
		      * one */
};

enum alert_reason {
	ALERT_HEALTHY,
	ALERT_QUIET,
	ALERT_SUPERSEDED,
	ALERT_WITHDRAWN
};

struct alert_limits {
	size_t alerts;   /* most alerts known; at the limit the oldest
			  * resolved goes, then the new one is refused; alerts
			  * beyond the quota of its kind (a 16th of it) or of its
			  * host (an 8th of that) is folded into one */
	nstime join;     /* 10 s */
	nstime reminder; /* 1 h */
	nstime flap;     /* 15 min */
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

/* The subject of an alert that covers the alerts beyond the quota of a kind. */
#define ALERT_OTHER_HOSTS "other hosts"

/* Everything is borrowed until the callback returns. */
struct alert_event {
	enum finding_kind kind;
	enum alert_state state;
	enum alert_reason reason;       /* RESOLVED */
	enum finding_severity severity; /* RESOLVED: notice */
	uint64_t id;                    /* unkeyed hash of kind and key */
	unsigned episode;               /* from 1 */
	struct slice subject;
	uint64_t count; /* findings of this episode */
	nstime now;
	nstime wall;                     /* when this event happened */
	nstime first_seen, last_seen;    /* wall */
	nstime duration;                 /* RESOLVED: raised to resolved */
	const struct evidence *evidence; /* the first's when raised, the
					  * latest's after */
	uint64_t incident; /* the id of the incident it is a part of; 0: none */
	bool joined;       /* never raised alone: for sinks that want it all */
	bool repeated;     /* emitted before a restart, perhaps not received */
	struct slice observer; /* the host that saw it; empty: a savefile */
	uint64_t successor;    /* JOINED: the id of the other one */
	bool folded;           /* it covers the alerts beyond a quota */
};

typedef void alert_output(void *arg, const struct alert_event *event);

/* NULL when out of memory; the caller frees it. */
struct alert *alert_new(
    const struct alert_limits *limits, alert_output *output, void *arg);
void alert_free(struct alert *a);

void alert_input(struct alert *a, const struct finding *finding);

/* `wall' is the time of the packets' clock at `now'. */
void alert_tick(struct alert *a, nstime now, nstime wall);
nstime alert_next_deadline(const struct alert *a);

/* A savefile ended: alerts that wait to be joined is raised now. */
void alert_finish(struct alert *a, nstime now, nstime wall);

void alert_set(struct alert *a, const struct alert_limits *limits);

/*
 * State kept over a restart: the alerts with their episodes, the open ones
 * first, the idle ones as far as there is room.  alert_load() is for an empty
 * room; false: it makes no sense, and the room is only good to be freed.
 */
void alert_save(const struct alert *a, struct record *r);
bool alert_load(
    struct alert *a, struct cursor *c, const struct record_shift *shift);

/* Findings so far (TROUBLE only), and episodes raised so far, of one kind. */
uint64_t alert_findings(const struct alert *a, enum finding_kind kind);
uint64_t alert_raised(const struct alert *a, enum finding_kind kind);

size_t alert_active(const struct alert *a);

/* alert.full, alert.no_memory */
void alert_stats(const struct alert *a, counter_output *output, void *arg);

/* "raised", "refreshed", "resolved"; "healthy", "quiet", .. */
const char *alert_state_name(enum alert_state state);
const char *alert_reason_name(enum alert_reason reason);

#endif
