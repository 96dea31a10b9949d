/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STOCK_H
#define STOCK_H

#include "run/about.h"
#include "run/emptyhint.h"
#include "run/hints.h"
#include "run/intake.h"

/*
 * What is looked at once a minute, or less often, and logged: drops, limits
 * that were reached, traffic that is not watched, and that the daemon still
 * watches.
 */

/* Embedded, zeroed at first.  Private. */
struct stock {
	struct about about;
	struct hints hints;
	struct emptyhint empty;
	nstime heartbeat, minute;      /* the next, monotonic */
	uint64_t received, signalling; /* until the minute began */
};

/* From `monotonic' on; stock_set() where a reload brings another. */
void stock_begin(struct stock *s, nstime heartbeat, nstime monotonic);
void stock_set(struct stock *s, nstime heartbeat, nstime monotonic);

/* The first look for signalling, and once a second all that is due.  `arg' of
 * `rooms' is given to it: what it fills in is borrowed. */
struct stock_watch {
	struct intake *intake;
	struct judge *judge;
	struct sinks *sinks;
	nstime heartbeat; /* 0: none */
	struct about_rooms (*rooms)(void *arg);
	void *arg;
	const struct log *log;
};
void stock_look(
    struct stock *s, const struct stock_watch *watch, nstime monotonic);
void stock_second(
    struct stock *s, const struct stock_watch *watch, nstime monotonic);

#endif
