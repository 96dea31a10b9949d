/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETMEMBER_H
#define FLEETMEMBER_H

#include "config/config.h"
#include "host/log.h"
#include "pipeline/sensor.h"

/*
 * This daemon as a member of a fleet: its sensor, and its link.  Without
 * [fleet] there is none, and nothing of it is loaded.
 */

struct fleetmember;

struct fleetmember_setup {
	const struct config *config; /* copied */
	const struct siphash_key *key;
	const char *host; /* its name, where [fleet] name is not set */
	struct budget_share *memory; /* BUDGET_FLEET; borrowed */
	alert_output *alert;         /* of the fleet, to be told here */
	void *arg;
	const struct log *log;
};

/* The plugin is loaded here, so that it can be before rights are given up.
 * NULL: logged. */
struct fleetmember *fleetmember_new(const struct fleetmember_setup *setup);

/* The link's thread begins.  False: logged. */
bool fleetmember_begin(struct fleetmember *m);
void fleetmember_free(struct fleetmember *m);

/* An event of the reader. */
void fleetmember_event(struct fleetmember *m, const struct event *event);
void fleetmember_tick(struct fleetmember *m, nstime now, nstime wall);
void fleetmember_dropped(struct fleetmember *m, uint64_t packets);
void fleetmember_stepped(struct fleetmember *m, nstime step);

/* An alert of our own judge: is it the fleet's to tell?  One that is not is
 * noted, so that the fleet does not tell it again. */
bool fleetmember_mutes(struct fleetmember *m, const struct alert_event *event);

/* See fleetlink_status(). */
char *fleetmember_status(const struct fleetmember *m);

void fleetmember_stats(
    const struct fleetmember *m, counter_output *output, void *arg);

#endif
