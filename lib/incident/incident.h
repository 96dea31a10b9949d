/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef INCIDENT_H
#define INCIDENT_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "findings/finding.h"
#include "net/portset.h"
#include "skew/skew.h"

/*
 * Alerts of one cause become one incident (DESIGN section 8, DOMAIN 2.9).
 *
 * Every finding passes through this room on its way to lib/alert.  Each alert
 * it belongs to is a part here for as long as it lasts.  `join' after a part
 * appeared or grew, the parts of its hosts are looked at together; where they
 * have a cause in common the room adds findings of its own: FINDING_INCIDENT,
 * and FINDING_JOINED for each part.
 *
 * An incident names the coincidences, and the facts that support or contradict
 * the suspected cause.  It never claims that one thing made the other happen.
 */

struct incident;

struct incident_limits {
	nstime join;                    /* 10 s */
	size_t parts;                   /* alerts remembered */
	size_t servers;                 /* whose latest clients are known */
	struct portset relay;           /* ports of the relay service: 5062 */
	const struct hosts_pool *pools; /* copied */
	size_t pool_count;
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

/* NULL when out of memory; the caller frees it. */
struct incident *incident_new(
    const struct incident_limits *limits, finding_output *output, void *arg);
void incident_free(struct incident *i);

/* Out of memory: the pools stay as they were, counted. */
void incident_set(struct incident *i, const struct incident_limits *limits);

/* Passed on to the output, followed by the findings it leads to. */
void incident_input(struct incident *i, const struct finding *finding);

/* `client' got an answer from `server', or a connection secured by TLS. */
void incident_reached(struct incident *i, const struct address *client,
    const struct endpoint *server, nstime now);

/* lib/alert resolved the alert `id'.  It may be called from inside the output:
 * the next incident_tick(), which is due at once, reports the consequences. */
void incident_resolved(
    struct incident *i, uint64_t id, bool healthy, nstime now);

/* Call it before alert_tick() for the same `now': parts are joined before
 * their alerts are raised alone. */
void incident_tick(struct incident *i, nstime now, nstime wall);
nstime incident_next_deadline(const struct incident *i);

/* A savefile ended: nothing is waited for any longer. */
void incident_finish(struct incident *i, nstime now, nstime wall);

/*
 * Saved over a restart: the parts, and the incidents they make.
 * incident_load() is for an empty room; false: the record makes no sense, and
 * the room is only good to be freed.
 */
void incident_save(const struct incident *i, struct record *r);
bool incident_load(
    struct incident *i, struct cursor *c, const struct record_shift *shift);

/* incident.full, incident.evicted, incident.no_memory, reach.* */
void incident_stats(
    const struct incident *i, counter_output *output, void *arg);

#endif
