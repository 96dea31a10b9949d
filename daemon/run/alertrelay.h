/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ALERTRELAY_H
#define ALERTRELAY_H

#include "config/config.h"
#include "monitor/recent.h"
#include "outlet/sinks.h"
#include "run/exhibits.h"
#include "state/state.h"

/*
 * The path of an alert event: it is ignored by configuration, held back by a
 * silence, or handed to state, sinks and followers.
 */

/* The event as a line of JSON, for followers; borrowed. */
typedef void alertrelay_told(void *arg, const char *line);

/* Embedded; everything in it is borrowed. */
struct alertrelay {
	const struct config *config;
	struct judge *judge;
	struct sinks *sinks;
	struct state *state;
	struct recent *recent;
	struct exhibits *exhibits;
	alertrelay_told *told; /* NULL: nobody follows */
	void *arg;
	bool changed; /* set when an event was handed on */
};

void alertrelay_event(struct alertrelay *d, const struct alert_event *event);

/* After a restart: what is active is shown to the sinks that repeat it
 * themselves (Alertmanager), which know nothing of it yet. */
void alertrelay_renew(struct alertrelay *d, nstime now, nstime wall);

/* End silences whose time has come: alerts that they held back and that are
 * still active are emitted now. */
void alertrelay_tick(struct alertrelay *d, nstime now, nstime wall);

#endif
