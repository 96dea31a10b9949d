/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXHIBIT_H
#define EXHIBIT_H

#include "alert/alert.h"
#include "net/pcapngout.h"
#include "report/packetmask.h"

/*
 * The packets behind an alert as a pcapng file: those that prove it and their
 * neighbors, both directions, with a comment on each that counts, masked by
 * packetmask.
 */

struct exhibit_limits {
	size_t packets; /* most in a file: those that prove it come first,
			 * the latest of them */
	struct identity identity;
	const char *application; /* what the file names as its maker */
};

/*
 * Make the file of an alert.  False, and *out untouched: it is about no
 * packets, the rings have none of them, or there is no memory.  The caller ends
 * *out with pcapngout_done().
 */
bool exhibit_make(const struct packetring_set *rings,
    const struct alert_event *event, const struct exhibit_limits *limits,
    struct pcapngout *out);

#endif
