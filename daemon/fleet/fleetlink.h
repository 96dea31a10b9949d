/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETLINK_H
#define FLEETLINK_H

#include "fleet/fleetdoor.h"
#include "host/log.h"
#include "pipeline/joiner.h"

/*
 * A daemon's link to its fleet: a thread that publishes what its sensor has to
 * say, hears what the judge wants, and is the judge where it holds the lease.
 *
 * Batches that cannot be published wait in a spool of fixed size and are
 * published with the same ids later.  The judge's state is a snapshot in the
 * cluster; a successor goes on from there and reads the last minutes again.
 * Each alert is written as pending by compare and set before it is told, and as
 * told after: a successor tells again, marked as repeated, what is pending.
 *
 * Everything but the thread's own work is called from the loop's thread.
 */

struct fleetlink;

struct fleetlink_setup {
	const struct fleetdoor *door;
	struct fleetdoor_setup fleet; /* borrowed for the link's life */
	bool judges, senses;
	struct joiner_limits joiner;
	uint64_t run;
	const struct log *log;

	/* From fleetlink_poll(): a batch of wants, and an alert that the fleet
	 * has, with `observer' as the sensors that saw it. */
	void (*wanted)(void *arg, struct slice batch);
	alert_output *alert;
	void *arg;
};

/* NULL: it cannot begin, logged. */
struct fleetlink *fleetlink_new(const struct fleetlink_setup *setup);

/* The lease is given back; what is in the spool is tried once more. */
void fleetlink_free(struct fleetlink *l);

/* A batch of our sensor; copied. */
void fleetlink_batch(
    struct fleetlink *l, struct slice batch, uint64_t sequence);

/* Several times a second: what the thread has for us. */
void fleetlink_poll(struct fleetlink *l);

/* Nobody hears us: for ten seconds there was no cluster. */
bool fleetlink_is_alone(const struct fleetlink *l);

/* We told this alert while we were alone: nobody is to tell it again. */
void fleetlink_told_alone(struct fleetlink *l, const struct alert_event *event);

/* What the judge wrote last about the whole fleet, as JSON; NULL: nothing yet.
 * The caller frees it. */
char *fleetlink_status(const struct fleetlink *l);

/* fleet.published, fleet.spool_full, .. */
void fleetlink_stats(
    const struct fleetlink *l, counter_output *output, void *arg);

#endif
