/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETSEAT_H
#define FLEETSEAT_H

#include "base/record.h"
#include "base/slice.h"
#include "fleet/fleetlease.h"

/*
 * A seat: one part of a fleet's work, which one judge at a time does, while it
 * holds the lease.  It reads the batches of the part in order, and saves its
 * state every ten seconds, together with the sequence from which a successor
 * is to read: what was judged before that is in the state, and what was judged
 * behind it is judged again from there.  No position is kept elsewhere (a
 * durable consumer of JetStream would keep another), so that nothing is lost
 * and nothing is told twice whenever a judge ends.
 *
 * All of it runs in the thread of fleetlink.h.
 */

struct fleetseat;

/* The work.  Where false is returned the seat is left: another may go on. */
struct fleetseat_work {
	/* Knowing nothing.  It may be begun again without an end(). */
	bool (*begin)(void *arg);
	void (*end)(void *arg);
	/* See joiner_input(). */
	bool (*input)(
	    void *arg, const struct fleetdoor_message *m, nstime behind);
	bool (*tick)(void *arg, nstime received);
	void (*save)(const void *arg, struct record *r);
	bool (*load)(void *arg, struct cursor *c);
	/* From which message a successor needs them, given the latest. */
	uint64_t (*from)(const void *arg, uint64_t latest);
	void *arg;
};

struct fleetseat_setup {
	const struct fleetdoor_member *member;
	struct fleetseat_work work;
	unsigned part;             /* of fleetdoor.h */
	bool logs;                 /* who sits there */
	const char *lease, *state; /* keys */
	int wait_ms;               /* for a batch, where there is none */
};

/* NULL when out of memory; the caller frees it. */
struct fleetseat *fleetseat_new(const struct fleetseat_setup *setup);
void fleetseat_free(struct fleetseat *s);

/* Lease, batches, snapshot, for some milliseconds; `wanted': take it if it is
 * free.  False: it had nothing to do. */
bool fleetseat_run(struct fleetseat *s, bool wanted);

/* Save, and give the lease back. */
void fleetseat_leave(struct fleetseat *s);

bool fleetseat_is_held(const struct fleetseat *s);
const struct fleetlease *fleetseat_lease(const struct fleetseat *s);

#endif
