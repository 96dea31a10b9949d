/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZONECHANGE_H
#define ZONECHANGE_H

#include "clock/offset.h"
#include "findings/finding.h"
#include "witness/stamp.h"

/*
 * zone-change: a host's own offset from UTC changed while its UTC did not
 * (DOMAIN section 2.7).  Where UTC moved as well it is clock-skew's affair.
 * Over when the zone is the former one.
 */

/* Embedded; zeroed, nothing is known.  Private. */
struct zonechange {
	bool known, stands, news;
	uint8_t witness;            /* enum witness */
	int16_t home, from, zone;   /* at first, before, now: minutes east */
	unsigned supporting;        /* 1 << WITNESS_x */
	struct offset_interval utc; /* how far its UTC was off */
};

/* A stamp carried the host's zone, and its UTC is off by `utc'. */
void zonechange_input(struct zonechange *z, const struct stamp *stamp,
    struct offset_interval utc);

/* A witness that tells only changes told one of `step': it supports the news if
 * the zone changed by as much. */
void zonechange_support(
    struct zonechange *z, enum witness witness, nstime step);

/* Report the change if there is news. */
void zonechange_tell(struct zonechange *z, const struct address *host,
    nstime now, nstime wall, finding_output *output, void *arg);

/* State kept over a restart. */
void zonechange_save(struct record *r, const struct zonechange *z);
void zonechange_load(struct zonechange *z, struct cursor *c);

#endif
