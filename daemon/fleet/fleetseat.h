/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETSEAT_H
#define FLEETSEAT_H

#include "fleet/fleetdoor.h"
#include "host/log.h"
#include "pipeline/joiner.h"

/*
 * The seat of a fleet's judge: one daemon at a time holds its lease and judges.
 * All of it runs in the thread of fleetlink.h.
 *
 * The lease is a key that its holder writes anew every second, by compare and
 * set.  Others take it when it has not changed for five seconds by their own
 * monotonic clock: nobody's wall clock counts.
 */

struct fleetseat;

struct fleetseat_setup {
	const struct fleetdoor *door;
	const char *name;
	uint64_t run;
	struct joiner_limits joiner;
	const struct log *log;
	/* Tell it, and return when it was; false: it could not be. */
	bool (*tell)(void *arg, const struct alert_event *event);
	void *arg;
};

struct fleetseat *fleetseat_new(
    const struct fleetseat_setup *setup, void *door);
void fleetseat_free(struct fleetseat *s);

/* Lease, batches, snapshots, for some milliseconds.  False: it had nothing to
 * do. */
bool fleetseat_run(struct fleetseat *s);

/* Save, and give the lease back. */
void fleetseat_leave(struct fleetseat *s);

/* The key under which an alert is pending or told. */
void fleetseat_key(const struct alert_event *event, char *key, size_t size);

#endif
