/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ANSWERS_H
#define ANSWERS_H

#include "base/budget.h"
#include "base/totals.h"
#include "capture/hep.h"
#include "capture/interfaces.h"
#include "config/config.h"
#include "monitor/ask.h"
#include "monitor/recent.h"
#include "outlet/sinks.h"
#include "pipeline/judge.h"
#include "pipeline/matcher.h"

/*
 * The answers of the rooms to questions: one row of a table for each question
 * (conf/openapi.yaml describes the answers).
 */

/* Everything is borrowed for the call. */
struct answers_rooms {
	const struct config *config;
	const struct interfaces *interfaces; /* NULL: savefiles */
	struct judge *judge;
	const struct matcher *matcher;
	struct sinks *sinks;         /* NULL: savefiles */
	const struct recent *recent; /* NULL: savefiles */
	const struct hep *hep;       /* NULL: nobody listens */
	const struct budget *budget;
	const char *evidence; /* the folder of packets; empty or NULL: none */
	uint64_t dropped[INTERFACES_MOST];
	uint64_t packets, messages;
	void (*count)(void *arg, struct totals *totals);
	/* What is known of the fleet, as JSON; the answer frees it.  NULL:
	 * there is none. */
	char *(*fleet)(void *arg);
	void *arg;
	const char *observer;
	const char *clock; /* what is known of our own, static */
	nstime started;    /* monotonic */
	nstime now, wall;  /* of the packets */
	nstime monotonic;
};

/* An ask_answer, but that it is given the rooms. */
json_t *answers_give(const struct answers_rooms *rooms, const struct ask *ask,
    struct textbuf *error);

#endif
