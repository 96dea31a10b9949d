/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETLEADER_H
#define FLEETLEADER_H

#include "fleet/fleetspread.h"
#include "pipeline/joiner.h"

/*
 * The leader of a fleet's judges: what needs all partitions is its part.
 *
 * It alone has matcher and judge, since an alert needs to know of all servers:
 * legs, hops and failover of a call, clocks of hosts, clocks of sensors, which
 * sensor saw which server, incidents.  See partition.h for what is divided.
 *
 * Each alert is written as pending by compare and set before it is told, and as
 * told after: a successor tells again, marked as repeated, what is pending.
 */

struct fleetleader;

struct fleetleader_setup {
	const struct fleetdoor_member *member;
	struct joiner_limits joiner;
	const struct fleetspread *spread; /* for the status */
	/* Tell it, and return when it was; false: it could not be. */
	bool (*tell)(void *arg, const struct alert_event *event);
	void *arg;
};

/* NULL when out of memory; the caller frees it. */
struct fleetleader *fleetleader_new(const struct fleetleader_setup *setup);
void fleetleader_free(struct fleetleader *l);

/* As fleetseat_run() and fleetseat_leave(). */
bool fleetleader_run(struct fleetleader *l);
void fleetleader_leave(struct fleetleader *l);

/* The key under which an alert is pending or told. */
void fleetleader_key(const struct alert_event *event, char *key, size_t size);

/* Counters of all joiners that it has had. */
void fleetleader_stats(
    const struct fleetleader *l, counter_output *output, void *arg);

#endif
