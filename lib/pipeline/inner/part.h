/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PART_H
#define PART_H

#include "pipeline/judge.h"

/*
 * A part of the judge: a room that makes findings of observations, folds
 * findings, or makes alerts of them.  All parts have the same functions, and
 * partset.c lists them once.
 */

/* The receivers of findings and alerts; borrowed for the judge's life. */
struct part_output {
	finding_output *finding; /* from parts that take observations */
	finding_output *folded;  /* from fanout */
	finding_output *joined;  /* from incident */
	alert_output *alert;
	void *judge; /* the argument of all */
};

/* An observation, with the facts that other parts know about it. */
struct part_case {
	const struct observation *observation;
	const struct judge_limits *limits;
	struct skew *skew; /* knows how far the clock of a host is off */
	enum timeout_verdict
	    verdict; /* of a transaction, once timeout had it */
};

/* `room' is what new() returned.  A part may do without hears, input, recall,
 * tick, next_deadline, finish, save and load: NULL. */
struct part {
	const char *name; /* in saved states: it must never change */
	unsigned hears;   /* kinds of observation: 1 << OBSERVATION_x */
	void *(*new)(const struct judge_limits *limits,
	    const struct part_output *output); /* NULL: out of memory */
	void (*free)(void *room);
	void (*set)(void *room, const struct judge_limits *limits);
	void (*input)(void *room, struct part_case *c);
	/* An observation that a predecessor judged: what is known of it by its
	 * numbers, which are others now, is known again.  Nothing is told. */
	void (*recall)(void *room, struct part_case *c);
	void (*tick)(void *room, nstime now, nstime wall);
	nstime (*next_deadline)(const void *room);
	void (*finish)(void *room, nstime now, nstime wall);
	void (*save)(const void *room, struct record *r);
	bool (*load)(
	    void *room, struct cursor *c, const struct record_shift *shift);
	void (*stats)(const void *room, counter_output *output, void *arg);
};

/* Those that take observations. */
extern const struct part part_timeout, part_slow, part_visibility, part_skew,
    part_connection, part_silence, part_certificate, part_ledger;

#endif
