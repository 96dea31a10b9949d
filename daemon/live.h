/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LIVE_H
#define LIVE_H

#include "capture.h"
#include "config.h"
#include "options.h"
#include "sinks.h"

/*
 * Interfaces as one capture, through a tap to the judge and on to the sinks.
 * This file knows no event loop: it is told when something is readable and
 * when time has passed.
 */

struct live;

struct live_setup {
	const struct options *options; /* -i and the filter outdo the file's */
	struct config *config;         /* borrowed, until live_set() */
	const struct siphash_key *key;
	const struct log *log;
};

/*
 * Build all rooms and try to open every interface.  NULL, logged, when one of
 * them can never be captured; one that is down or absent is waited for.
 */
struct live *live_new(const struct live_setup *setup);

/* Open the sinks: after privileges were dropped.  0 or -errno, logged. */
int live_open_sinks(struct live *l);

/* End: sinks drain until `deadline' (CLOCK_MONOTONIC). */
void live_free(struct live *l, nstime deadline);

/* Captures by number, for the loop to wait for. */
size_t live_count(const struct live *l);
struct capture *live_capture(struct live *l, size_t index);

/* Read what waits on a capture.  True: there is more. */
bool live_readable(struct live *l, size_t index);

/* Deadlines, alerts, throttles. */
void live_tick(struct live *l);

/* Once a second: drops, interfaces that came back, the state of our clock.
 * True: the set of descriptors changed. */
bool live_second(struct live *l);

/* Our clock may have been stepped. */
void live_clock_set(struct live *l);

/* SIGHUP: `config' replaces the one in force, which is returned.  Open
 * transactions and alerts stay. */
struct config *live_set(struct live *l, struct config *config);

/* SIGUSR1: every counter that is not zero. */
void live_report(struct live *l);

#endif
