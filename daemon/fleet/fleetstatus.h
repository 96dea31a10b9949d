/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETSTATUS_H
#define FLEETSTATUS_H

#include "fleet/fleetspread.h"
#include "pipeline/joiner.h"

/* What the leader knows of its fleet, as JSON for all members: sensors, alerts
 * and clocks, which judge has each partition, and the counters of its matcher
 * and judge.  The caller frees it; NULL when out of memory. */
char *fleetstatus_write(const struct joiner *joiner, const char *judge,
    const struct fleetspread *spread);

#endif
