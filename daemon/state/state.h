/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STATE_H
#define STATE_H

#include "host/log.h"
#include "pipeline/saved.h"
#include "outlet/sinks.h"

/*
 * Keeps alerts, clocks and counters over a restart, an upgrade or a crash, in
 * the file "state" in $STATE_DIRECTORY or else /var/lib/siptimed.  Alerts are
 * saved at once when one of them changes, learnt clocks and counters every few
 * seconds; a thread writes (statefile.h).  A full disk is logged once and
 * disturbs nothing else.  Without a folder the daemon runs on and keeps
 * nothing.
 */

struct state;

/* The rooms whose state is saved; borrowed. */
struct state_rooms {
	struct judge *judge;
	struct sinks *sinks;
	/* Add the counters of this run. */
	void (*count)(void *arg, struct totals *totals);
	void *arg;
	uint64_t transactions; /* open at present */
};

/*
 * Call it after privileges were dropped.  `kept': else nothing is (-n).
 * Half of `memory' is for alerts that a sink may not have got (NULL: no
 * bounds). `instance' names the interfaces of the command line, or is empty:
 * without $STATE_DIRECTORY its state is kept in a folder of that name.  NULL
 * when out of memory.
 */
struct state *state_new(bool kept, const char *instance,
    struct budget_share *memory, const struct log *log);

/*
 * Load what there is into a judge that has judged nothing.  *step is how far
 * our clock was set while we were away, if that can be known.  False: the
 * judge is only good to be freed; what was there is set aside, logged.
 */
bool state_load(struct state *s, struct judge *judge, nstime *step);

/* Send again to sinks what they may not have got. */
void state_tell_again(struct state *s, struct sinks *sinks);

/* An alert is about to go to the sinks.  Returns its number. */
uint64_t state_event(struct state *s, const struct alert_event *event);

/* Save if it is due: call it often, and after anything that may have raised an
 * alert. */
void state_tick(struct state *s, const struct state_rooms *rooms);

/* The counters from before this run. */
const struct totals *state_before(const struct state *s);

void state_stats(const struct state *s, counter_output *output, void *arg);

/* The end: save all, until `deadline' (CLOCK_MONOTONIC). */
void state_finish(
    struct state *s, const struct state_rooms *rooms, nstime deadline);
void state_free(struct state *s);

#endif
