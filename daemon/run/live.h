/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LIVE_H
#define LIVE_H

#include "config/config.h"
#include "monitor/answers.h"
#include "run/alertrelay.h"
#include "capture/hep.h"
#include "capture/interfaces.h"
#include "config/options.h"
#include "keys/keyring.h"

/*
 * Interfaces as one capture, through reader, matcher and judge to the sinks.
 * This file has no event loop: the caller reports readable descriptors and the
 * passing of time, and is given the descriptors to wait for.
 */

struct live;

/* Beside those of interfaces: what other threads captured. */
enum { LIVE_CREW_SLOT = INTERFACES_MOST, LIVE_SLOTS };

struct live_setup {
	const struct options *options; /* -i and the filter outdo the file's */
	struct config *config;         /* borrowed, until live_set() */
	const struct siphash_key *key;
	struct keyring *keyring; /* borrowed */
	interfaces_watch *watch;
	void *watch_arg;
	alertrelay_told *told; /* each alert, as it is emitted */
	void *told_arg;
	const struct log *log;
};

/*
 * Build all rooms and try to open every interface.  NULL, logged, when one of
 * them can never be captured; one that is down or absent is waited for.
 */
struct live *live_new(const struct live_setup *setup);

/* Open the sinks, and load what survived a restart: after privileges were
 * dropped.  0 or -errno, logged. */
int live_open_sinks(struct live *l);

/* End: alerts that wait are sent, sinks drain until `deadline'
 * (CLOCK_MONOTONIC). */
void live_free(struct live *l, nstime deadline);

/* Read what waits in this slot. */
void live_readable(struct live *l, size_t slot);

/* Who listens for HEP, for its counters; borrowed, NULL: nobody does. */
void live_listen(struct live *l, struct hep *hep);

/* A packet of HEP has come; or the kernel dropped some. */
void live_hep(void *live, struct slice packet, const struct address *agent);
void live_hep_lost(void *live);

/* Deadlines, alerts. */
void live_tick(struct live *l);

/* Once a second: interfaces that are back, sinks, the state of our clock. */
void live_second(struct live *l);

/* Our clock may have been stepped. */
void live_clock_set(struct live *l);

/*
 * SIGHUP: `config' replaces the one in force, which the caller may free then.
 * Open transactions and alerts stay.  False, logged: nothing has changed.
 */
bool live_set(struct live *l, struct config *config);

/* Files of sinks are opened anew; nothing else changes. */
void live_reopen(struct live *l);

/* The status in a few words: see about.h. */
void live_write(const struct live *l, struct textbuf *t);

/* The rooms, for one answer. */
void live_rooms(void *live, struct answers_rooms *rooms);

/* SIGUSR1: every counter that is not zero. */
void live_report(struct live *l);

#endif
