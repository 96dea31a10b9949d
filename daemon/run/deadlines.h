/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DEADLINES_H
#define DEADLINES_H

#include "base/nstime.h"

/*
 * The time of rooms that are moved by packets: every deadline on the way fires
 * at its own time, so that a silence in a savefile is lived through in order,
 * as it would have been live.
 */

struct deadlines {
	nstime now;               /* read it: how far they have fired */
	nstime due;               /* private: the next, unless it changed */
	nstime (*next)(void *of); /* set it: the next of the rooms */
	void (*fire)(void *of, nstime now); /* set it: fire what is due */
	void *of;                           /* set it: given to both */
};

/* Before the first call. */
static inline void
deadlines_begin(struct deadlines *d, nstime now)
{
	d->now = now;
	d->due = INT64_MIN;
}

/* The rooms' deadlines may be others now. */
static inline void
deadlines_changed(struct deadlines *d)
{
	d->due = INT64_MIN;
}

/* Fire all up to `until', which `now' is then, if it was not already later. */
void deadlines_advance(struct deadlines *d, nstime until);

#endif
