/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef THROTTLE_H
#define THROTTLE_H

#include "base/tokenbucket.h"
#include "findings/finding.h"

/*
 * Bounds the events that one sink gets (DESIGN section 8): 10 alerts of a kind
 * a second, 50 in a burst, so that a flood of one kind holds back no other.
 * Alerts held back are counted by kind and reported in one line when there is
 * room again. Embedded.
 */

enum { THROTTLE_SUBJECT = 64 };

struct throttle {
	struct tokenbucket kinds[FINDING_KINDS];
	bool unlimited;
	uint64_t held[FINDING_KINDS]; /* since the last summing-up */
	nstime since;                 /* when the first of them was held */
	bool named;                   /* the gravest of them: */
	enum finding_severity severity;
	enum finding_kind kind;
	char subject[THROTTLE_SUBJECT];
};

/* `rate' of each kind a second, five seconds' worth as burst; 0: no limit. */
void throttle_init(struct throttle *t, unsigned rate, nstime now);

/* May this one pass?  If not it is counted as held back. */
bool throttle_pass(struct throttle *t, enum finding_kind kind, nstime now);

/* The same in its parts: is there room, take it, count one that found none. */
bool throttle_has_room(
    const struct throttle *t, enum finding_kind kind, nstime now);
bool throttle_take(struct throttle *t, enum finding_kind kind, nstime now);
void throttle_count(struct throttle *t, enum finding_kind kind, nstime now);

/* One of those counted is about `subject': the gravest will be named. */
void throttle_name(struct throttle *t, enum finding_kind kind,
    enum finding_severity severity, struct slice subject);

/*
 * If something was held back, a second ago or more: write one line about it
 * ("37 alerts held back: 30 transaction-timeout, 7 clock-skew"), forget the
 * counts and return true.
 */
bool throttle_sum_up(struct throttle *t, struct textbuf *text, nstime now);

/* The same without asking for room: the end. */
bool throttle_finish(struct throttle *t, struct textbuf *text);

#endif
