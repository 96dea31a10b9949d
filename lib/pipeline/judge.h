/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef JUDGE_H
#define JUDGE_H

#include "alert/alert.h"
#include "findings/fanout.h"
#include "findings/diagnostics.h"
#include "skew/skew.h"
#include "findings/slow.h"
#include "findings/timeout.h"
#include "findings/unwatched.h"
#include "findings/visibility.h"
#include "incident/incident.h"
#include "net/portset.h"
#include "pipeline/ledger.h"
#include "pipeline/observation.h"
#include "report/summary.h"

/*
 * The judge turns observations into findings, and findings into alerts.  There
 * is one, whatever the number of readers.
 *
 *	observation -> finding -> alert
 */

struct judge;

struct judge_limits {
	struct portset server_ports; /* hosts seen on these are servers: 5062 */
	struct timeout_limits timeout;
	struct slow_limits slow;
	struct visibility_limits visibility;
	struct skew_limits skew;
	struct connection_limits connection;
	struct silence_limits silence;
	struct certificate_limits certificate;
	struct stale_limits stale;
	struct fanout_limits fanout;
	struct mrasfailure_limits mrasfailure;
	struct media_limits media;
	struct diagnostics_limits diagnostics;
	struct incident_limits incident;
	struct alert_limits alert;
	struct ledger_limits ledger;
};

/* NULL when out of memory; the caller frees it. */
struct judge *judge_new(
    const struct judge_limits *limits, alert_output *output, void *arg);
void judge_free(struct judge *judge);

void judge_observe(struct judge *judge, const struct observation *observation);

/*
 * One that was judged before the state that was loaded: it tells by which
 * numbers transactions and calls go since.  Nothing is told or counted.
 */
void judge_recall(struct judge *judge, const struct observation *observation);

/* Every observation before `now' was passed in; `wall' is what the stamps of
 * packets would be. */
void judge_tick(struct judge *judge, nstime now, nstime wall);
nstime judge_next_deadline(const struct judge *judge);

/* See skew_local() and skew_stepped(). */
void judge_local_clock(
    struct judge *judge, enum ownclock state, nstime now, nstime wall);
void judge_stepped(struct judge *judge, nstime step, nstime now, nstime wall);

/* See visibility_clocks_differ(). */
void judge_clocks_differ(struct judge *judge,
    const struct visibility_sources *sources, nstime now, nstime wall);
void judge_clocks_agree(struct judge *judge,
    const struct visibility_sources *sources, nstime now, nstime wall);

/* Savefiles: the stamps jumped: see skew_jumped(). */
void judge_jumped(struct judge *judge, nstime size, nstime now);

/*
 * Savefiles: no packet was captured for `span' from here on, of which nothing
 * is known.  Clocks are judged that much later; and after judge_pause() no
 * alert is refreshed or ends by it.
 */
void judge_hole(struct judge *judge, nstime span);
void judge_pause(struct judge *judge, nstime span);

/* See visibility_sensor(). */
void judge_sensor(
    struct judge *judge, const char *name, bool lost, nstime now, nstime wall);

/* Live only, once a minute: see visibility.h. */
void judge_minute(struct judge *judge, const struct visibility_minute *minute,
    nstime now, nstime wall);
void judge_arrived(struct judge *judge, uint64_t packets, uint64_t signalling,
    nstime now, nstime wall);

/* The daemon ends: alerts that wait to be joined are emitted now. */
void judge_end(struct judge *judge, nstime now, nstime wall);

/* The savefiles ended: nothing waits any longer. */
void judge_finish(struct judge *judge, nstime now, nstime wall);

void judge_set(struct judge *judge, const struct judge_limits *limits);

/* Fill methods, clocks, findings and alerts of *summary; the rest is left as
 * it is.  False when out of memory. */
bool judge_summary(struct judge *judge, struct summary *summary);

/*
 * The state that survives a restart.  judge_load() takes a judge that has
 * judged nothing yet.  When it returns false the state makes no sense, and the
 * judge can only be freed.
 */
void judge_save(const struct judge *judge, struct record *r);
bool judge_load(
    struct judge *judge, struct cursor *c, const struct record_shift *shift);

/* Timeouts with proof that nobody asked for; borrowed. */
const struct unwatched *judge_unwatched(const struct judge *judge);

/* Alerts active at present. */
size_t judge_active(const struct judge *judge);

/* Show them, the gravest first (see alertlist.h).  False when out of memory. */
bool judge_alerts(const struct judge *judge, alert_output *output, void *arg,
    nstime now, nstime wall);

/* The ledger is kept for queries; the judge owns it. */
struct ledger *judge_ledger(const struct judge *judge);

void judge_stats(const struct judge *judge, counter_output *output, void *arg);

#endif
