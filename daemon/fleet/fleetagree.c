/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetagree.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fleet/fleetkey.h"
#include "host/log.h"

#define PARTITIONS_KEY "partitions"

int
fleetagree(const struct fleetdoor_member *m, unsigned partitions, bool judges)
{
	char value[16], ours[16];
	uint64_t revision = 0;
	const int len =
	    fleetkey_get(m, PARTITIONS_KEY, value, sizeof(value), &revision);

	snprintf(ours, sizeof(ours), "%u", partitions);
	if (len < 0 && len != -ENOENT)
		return len;
	if (len > 0 && strcmp(value, ours) != 0) {
		log_error(m->log,
		    "fleet: it has %s partitions, and [fleet] partitions is %s",
		    value, ours);
		return -EINVAL;
	}
	if (!judges)
		return len < 0 ? len : 0;
	/* Keys live for a week from when they were written. */
	return fleetkey_put(m, PARTITIONS_KEY, ours, &revision);
}
