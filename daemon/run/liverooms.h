/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LIVEROOMS_H
#define LIVEROOMS_H

#include "capture/interfaces.h"
#include "config/config.h"
#include "config/options.h"
#include "keys/keyring.h"
#include "pipeline/judge.h"
#include "pipeline/matcher.h"
#include "pipeline/reader.h"
#include "run/about.h"
#include "run/crewmatch.h"
#include "run/intake.h"

/*
 * The rooms that packets of interfaces go through, up to the judge, and the
 * threads that some of them are in: made, changed and unmade together.  They
 * know no sink, state or fleet.
 */

struct liverooms_setup {
	const struct options *options;
	const struct siphash_key *key;
	struct keyring *keyring; /* borrowed */
	interfaces_watch *watch;
	void *watch_arg;
	size_t crew_slot;    /* for what other threads captured */
	event_output *event; /* each, on its way to the matcher; NULL: none */
	reader_handed *handed;
	reader_refused *refused;
	alert_output *alert;
	void *arg; /* of the four */
	const struct log *log;
};

/* Embedded; zeroed at first.  Read it. */
struct liverooms {
	struct liverooms_setup setup; /* private */
	struct config *config;        /* in force; borrowed */
	struct config_rooms limits;   /* .. what it means to each room */
	struct budget *budget;
	struct interfaces *interfaces;
	struct intake intake;
	struct crewmatch together;
	struct matcher *matcher;
	struct reader *reader;
	struct judge *judge;
};

/* Time begins at `monotonic'.  False, logged; liverooms_done() in any case. */
bool liverooms_init(struct liverooms *r, const struct liverooms_setup *setup,
    struct config *config, nstime monotonic);
void liverooms_done(struct liverooms *r);

/* Try to open every interface.  False, logged: one can never be captured; one
 * that is down or absent is waited for. */
bool liverooms_open(struct liverooms *r);

/* Another configuration, with the key of its [hep] as it was read; the one
 * before may be freed then.  False, logged: nothing has changed. */
bool liverooms_set(
    struct liverooms *r, struct config *config, const char *hep_key);

/* A judge who knows nothing takes the place of the one there is.  False: out of
 * memory, there is none. */
bool liverooms_judge_anew(struct liverooms *r);

/* How far events are matched; .. and the clock of packets then. */
nstime liverooms_reached(const struct liverooms *r);
nstime liverooms_wall(const struct liverooms *r);

/* Other threads have found something. */
void liverooms_collect(struct liverooms *r);

/* Read what waits, match it, and fire what is due but the judge's. */
void liverooms_tick(struct liverooms *r);

/* Once a second: interfaces that are back. */
void liverooms_second(struct liverooms *r);

/* Our clock may have been stepped: by how much, which is for the judge. */
nstime liverooms_clock_set(struct liverooms *r);

/* What is to be said about them; all else in it is NULL. */
struct about_rooms liverooms_about(const struct liverooms *r);

#endif
