/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DESK_H
#define DESK_H

#include <event2/event.h>

#include "config/config.h"
#include "monitor/answers.h"

/*
 * The servers that answer questions: the control socket and HTTP, as the
 * configuration has them.  Neither is needed for watching: one that cannot be
 * opened is logged, and the daemon goes on.
 */

struct desk;

struct desk_setup {
	struct event_base *base;
	/* Fill in the rooms for one answer. */
	void (*rooms)(void *arg, struct answers_rooms *rooms);
	void *arg;
	const struct log *log;
};

/* Before rights are given up: the folder of the control socket, which only
 * root can make.  As another user it does nothing. */
void desk_prepare(const struct config *config, const struct log *log);

/* NULL when out of memory. */
struct desk *desk_new(const struct desk_setup *setup);
void desk_free(struct desk *d);

/* Open what is configured; what has not changed stays open. */
void desk_set(struct desk *d, const struct config *config);

/* A alertrelay_told: a line for those who follow; `desk' may be NULL. */
void desk_tell(void *desk, const char *line);

/* Once a second. */
void desk_tick(struct desk *d);

#endif
