/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CAUSE_H
#define CAUSE_H

#include "incident/inner/symptom.h"
#include "incident/inner/reach.h"
#include "incident/inner/reason.h"
#include "net/portset.h"

/*
 * The common cause of several alerts (DOMAIN 2.9): a suspected cause with a
 * score, and the reasons that raise or lower it.  Below CAUSE_ENOUGH there is
 * none.  Pure: it looks at parts and changes nothing.
 */

enum cause_kind {
	CAUSE_NONE,
	CAUSE_CLOCK,             /* of one host, or of several alike */
	CAUSE_RELAY_UNREACHABLE, /* several clients fail at one relay */
	CAUSE_ONE_CANNOT_REACH,  /* one client fails where others do not */
	CAUSE_MEDIA_ENCRYPTION,
	CAUSE_KINDS /* how many there are */
};

enum { CAUSE_ENOUGH = 5 };

/* "clock", "relay_unreachable", .. */
const char *cause_name(enum cause_kind kind);

/* All parts there are, and their surroundings. */
struct cause_view {
	const struct lru *parts;
	const struct reach *reach;
	const struct portset *relay;
	nstime now, join;
	struct symptom **members; /* scratch: room for all parts */
};

struct cause {
	enum cause_kind kind;
	int score;
	uint32_t reasons;           /* 1 << enum reason */
	const struct symptom *seed; /* CLOCK: whose was wrong first */
	struct address host; /* CLOCK, ONE_CANNOT_REACH: whose trouble it is */
	struct address server; /* version 0: several */
	struct slice domain;   /* MEDIA: of all calls; the seed's */
	size_t member_count;   /* of view->members */
	size_t others;         /* that reach the server */
};

/* Whether `part' has a cause in common with others.  A cause that would only
 * repeat one alert is none, unless that alert still waits to be raised. */
bool cause_of(
    const struct cause_view *view, struct symptom *part, struct cause *cause);

#endif
