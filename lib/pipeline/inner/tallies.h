/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TALLIES_H
#define TALLIES_H

#include "pipeline/wire.h"

/*
 * How many transactions each server answered well, by method, since it was told
 * last.
 */

enum { TALLIES_MOST = 256 };

/* Embedded; zeroed at first. */
struct tallies {
	struct wire_tally each[TALLIES_MOST];
	size_t count;
	uint64_t full; /* transactions for which there was no room */
};

void tallies_add(struct tallies *t, const struct endpoint *server,
    struct slice method, unsigned answered);

/* `output' is called for each, and they are forgotten. */
void tallies_tell(struct tallies *t,
    void (*output)(void *arg, const struct wire_item *item), void *arg);

#endif
