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
 * the offset before the last step is remembered, and a stamp is read with
 * whichever offset puts it nearer to the present.  `now' never runs backwards
 * and never ahead of the present.  Embedded; open only for initialisation.
 */

struct timeline {
	nstime offset, before; /* REALTIME less MONOTONIC; before the step */
	nstime reached;        /* the latest `now' given out */
};

void timeline_init(struct timeline *t, nstime offset, nstime monotonic);

/*
 * The offset was measured anew.  Returns how far our clock was stepped
 * (positive: forward), 0 for what is only slewing: less than `tolerance'
 * since the last measurement, which is followed silently.
 */
nstime timeline_measure(struct timeline *t, nstime offset, nstime tolerance);

/* The `now' of a packet with this stamp, read at `monotonic'. */
nstime timeline_now(struct timeline *t, nstime stamp, nstime monotonic);

/* Between packets: CLOCK_MONOTONIC, but never less than what was given out. */
nstime timeline_idle(struct timeline *t, nstime monotonic);

#endif
