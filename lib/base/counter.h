/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COUNTER_H
#define COUNTER_H

#include <stdint.h>

/*
 * How rooms report how much they dropped and why.  Every X_stats(x, output,
 * arg) calls `output' once for each of its reasons, zeros included, always in
 * the same order.  `name' is "room.reason" and static.
 */
enum counter_kind {
	COUNTER_EVENT,
	COUNTER_LIMIT, /* dropped for a limit of ours, or for want of memory */
	COUNTER_AGENT, /* the same, for a limit in [hep] */
	COUNTER_OTHER  /* nothing is lost: it was not asked for */
};

typedef void counter_output(
    void *arg, enum counter_kind kind, const char *name, uint64_t value);

#endif
