/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETLINK_H
#define FLEETLINK_H

#include "fleet/fleetdoor.h"
#include "host/log.h"
#include "pipeline/joiner.h"

/*
 * A daemon's link to its fleet: a thread that publishes what its sensor has to
 * say, hears what judges want, and judges what it holds a lease of: partitions
 * (fleetspread.h), and as the leader (fleetleader.h).
 *
 * Batches that cannot be published wait in a spool of fixed size and are
 * published with the same ids later; one that is larger than the cluster takes
 * is lost, and counted.  All members must agree about the number of partitions,
 * see fleetagree.h; one that is configured otherwise does not take part.
 *
 * Everything but the thread's own work is called from the loop's thread.
 */

struct fleetlink;

struct fleetlink_setup {
	const struct fleetdoor *door;
	struct fleetdoor_setup fleet; /* borrowed for the link's life */
	bool judges, senses;
	unsigned partitions;
	struct joiner_limits joiner;
	size_t halves;         /* of a partition */
	struct budget *memory; /* what the judging thread draws from;
				* NULL: nothing bounds it */
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

/* A batch of our sensor, for a part of fleetdoor.h; copied. */
void fleetlink_batch(
    struct fleetlink *l, struct slice batch, unsigned part, uint64_t sequence);

/* Several times a second: what the thread has for us. */
void fleetlink_poll(struct fleetlink *l);

/* Nobody hears us: for ten seconds there was no cluster. */
bool fleetlink_is_alone(const struct fleetlink *l);

/* We told this alert while we were alone: nobody is to tell it again. */
void fleetlink_told_alone(struct fleetlink *l, const struct alert_event *event);

/* What the leader wrote last about the whole fleet, as JSON; NULL: nothing yet.
 * The caller frees it. */
char *fleetlink_status(const struct fleetlink *l);

/* Octets that the judging thread has drawn. */
size_t fleetlink_drawn(const struct fleetlink *l);

/* fleet.published, fleet.spool_full, .. and what was joined here. */
void fleetlink_stats(
    const struct fleetlink *l, counter_output *output, void *arg);

#endif
