/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ABOUT_H
#define ABOUT_H

#include "base/totals.h"
#include "capture/hep.h"
#include "capture/interfaces.h"
#include "fleet/fleetmember.h"
#include "keys/keyring.h"
#include "run/crew.h"
#include "run/shards.h"
#include "run/exhibits.h"
#include "net/merge.h"
#include "pipeline/judge.h"
#include "pipeline/matcher.h"
#include "pipeline/reader.h"
#include "outlet/sinks.h"
#include "report/watchhint.h"
#include "state/state.h"

/*
 * The daemon's status in a few words, its counters, and the limits that were
 * reached.
 */

/* Everything in it is borrowed; crew, shards, merge, hep and exhibits may be
 * NULL. */
struct about_rooms {
	const struct interfaces *interfaces;
	struct crew *crew;
	struct shards *shards;
	const struct reader *reader;
	const struct fleetmember *fleet; /* NULL: none */
	const struct matcher *matcher;
	const struct judge *judge;
	const struct merge *merge;
	const struct hep *hep;
	const struct keyring *keyring;
	struct sinks *sinks;
	const struct state *state;
	struct exhibits *exhibits;
	struct watchhint_settings settings;
	uint64_t dropped[INTERFACES_MOST]; /* since the start */
};

/* Of all readers. */
void about_counts(
    const struct about_rooms *rooms, struct reader_counts *counts);

/* Add all counters of this run. */
void about_count(const struct about_rooms *rooms, struct totals *totals);

/* "eth1, eth2 (not there): 350 packets, 0 dropped, 341 SIP messages, 2
 * transactions open, 1 alert active; watching INVITE on port 5060, ..." */
void about_write(const struct about_rooms *rooms, struct textbuf *t);

/* Log all that was counted, but for zeros, with what was before a restart. */
void about_report(const struct about_rooms *rooms, const struct log *log);

/* Embedded, zeroed at first. */
struct about {
	struct totals before; /* private: a minute ago */
	struct totals said;   /* private: when, in seconds, by counter */
};

/* Once a minute: log which counters of a limit have grown, and that there were
 * Date headers without a zone, each at most once an hour. */
void about_limits(struct about *a, const struct about_rooms *rooms, nstime now,
    const struct log *log);

#endif
