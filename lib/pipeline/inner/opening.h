/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OPENING_H
#define OPENING_H

#include "base/counter.h"
#include "base/slice.h"

/*
 * The first octets a server sends on a connection, put together as they come.
 * Most send what is wanted in one segment, so only what was cut is kept: of
 * OPENING_MOST connections at a time, OPENING_OCTETS of each, 4 MiB in all.
 *
 * Each connection has a slot, NULL at first; it is private to these calls.
 */

enum { OPENING_OCTETS = 4096, OPENING_MOST = 1024 };

/* Embedded; a zeroed one is empty. */
struct openings {
	size_t kept;
	uint64_t no_memory, too_many;
};

/* Nothing is read of this connection any more. */
bool opening_is_over(void *const *slot);

/*
 * The server sent this too.  Returns all it sent so far, borrowed until the
 * next call: at first these octets themselves, which are kept by opening_keep()
 * only.  Cut at OPENING_OCTETS: then nothing more is to be expected.
 */
struct slice opening_input(void **slot, struct slice octets);

/* More is needed.  False, and it is over: there is no room. */
bool opening_keep(struct openings *o, void **slot, struct slice all);

/* Enough was read. */
void opening_end(struct openings *o, void **slot);

/* The connection is forgotten: the slot is as at first. */
void opening_forget(struct openings *o, void **slot);

/* opening.no_memory, opening.too_many */
void opening_stats(const struct openings *o, counter_output *output, void *arg);

#endif
