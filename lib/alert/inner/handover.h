/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HANDOVER_H
#define HANDOVER_H

#include "alert/inner/alertparts.h"

/*
 * Alerts that end because of one another.
 *
 * An outage (a kind whose row marks it as one) that is healthy again is held
 * while the same subject has another one: the server fails in that way still.
 * When the last is over, those held are over too.
 *
 * TLS that fails at a server with a bad certificate is reported as the bad
 * certificate.
 *
 * An alert that another one supersedes ends, as joined, when that one has been
 * raised; if it never is, the first goes on.
 */

/* False when out of memory; handover_done() is fine even then. */
bool handover_init(struct alert *a);
void handover_done(struct alert *a);
void handover_set(struct alert *a);

/* Trouble: what was decided about e's end does not hold any more. */
void handover_trouble(struct alert *a, struct alert_entry *e);

/* It is, or may be, an outage that goes on. */
void handover_note(struct alert *a, struct alert_entry *e);

/* The certificate of that server that is no good, if there is such an alert:
 * TLS that fails for a certificate is the same trouble.  NULL: none, or the
 * finding is about something else. */
const struct alert_entry *handover_cause(
    const struct alert *a, const struct finding *finding);

/* May e be resolved as healthy?  If not it is held. */
bool handover_may_heal(struct alert *a, struct alert_entry *e);

/* The id is that of the alert which takes over, waiting or active.  True: e
 * ends once that one is raised.  False: it is, so e can join it now. */
bool handover_leave(struct alert *a, struct alert_entry *e,
    const struct alert_entry *successor);

/* e is idle now: it is forgotten here. */
void handover_end(struct alert *a, struct alert_entry *e);

/* The next of the entries that have to end because the alert `id' is raised (or
 * over, then they stay, and NULL is returned).  NULL: there is none. */
struct alert_entry *handover_follower(
    struct alert *a, uint64_t id, enum episode_life life);

/* One that is held though nothing of its subject fails any more; NULL: none. */
struct alert_entry *handover_released(
    const struct alert *a, struct slice subject);

/* State kept over a restart: which alerts wait for others.  Those that it is
 * about are loaded first. */
void handover_save(const struct alert *a, struct record *r);
void handover_load(struct alert *a, struct cursor *c);

#endif
