/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETSTATUS_H
#define FLEETSTATUS_H

#include "pipeline/joiner.h"

/* What the judge knows of its fleet, as JSON for all members: its sensors,
 * alerts and clocks.  The caller frees it; NULL when out of memory. */
char *fleetstatus_write(const struct joiner *joiner, const char *judge);

#endif
