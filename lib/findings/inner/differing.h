/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DIFFERING_H
#define DIFFERING_H

#include <stddef.h>
#include <stdint.h>

/*
 * Which pairs of sources have clocks that differ, for visibility: one that
 * agrees again says nothing of the others.
 */

/* More than the interfaces of a capture have pairs.  A pair beyond it is added
 * the next time that it is found to differ. */
enum { DIFFERING_MOST = 128 };

/* Zeros are an empty one. */
struct differing {
	size_t count; /* read it */
	uint64_t pairs[DIFFERING_MOST];
};

/* By the names of the sources; a pair is added once. */
void differing_add(struct differing *d, const char *a, const char *b);
void differing_remove(struct differing *d, const char *a, const char *b);

#endif
