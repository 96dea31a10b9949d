/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TIMELINE_H
#define TIMELINE_H

#include "base/nstime.h"

/*
 * The two times of a live capture (DESIGN principle 2).  Packets are stamped
 * with the wall clock, which may be stepped; timers run on a monotonic `now'.
 * A stamp less the REALTIME-MONOTONIC offset in force gives its `now'.
 *
 * Packets stamped before a step may be read after it: the ring is late.  So
 * the offset before the last step is remembered for TIMELINE_KEEP, and a
 * stamp is read with whichever offset puts it nearer to the present.
 * Embedded; open only for initialisation.
 */

#define TIMELINE_KEEP (10 * NSTIME_S)

struct timeline {
	nstime offset, before; /* REALTIME less MONOTONIC; before the step */
	nstime stepped;        /* when, monotonic */
};

void timeline_init(struct timeline *t, nstime offset);

/*
 * The offset was measured anew, at `monotonic'.  Returns how far our clock
 * was stepped (positive: forward), 0 for a mere slew: less than
 * `tolerance' since the last measurement, which is followed silently.
 */
nstime timeline_measure(
    struct timeline *t, nstime offset, nstime tolerance, nstime monotonic);

/*
 * The `now' of a packet with this stamp, read at `monotonic'.  `reached' is
 * the latest `now' of its source: no packet of one source is older than the
 * one before, and none is ahead of the present.
 */
nstime timeline_now(
    const struct timeline *t, nstime *reached, nstime stamp, nstime monotonic);

#endif
