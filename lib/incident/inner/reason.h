/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef REASON_H
#define REASON_H

/*
 * The reasons that raise or lower the score of a suspected cause (DOMAIN 2.9).
 */

/* In the order of the text. */
enum reason {
	REASON_STEPPED_BEFORE, /* the clock, shortly before the first failure */
	REASON_REFUSED_FOR_TIME, /* a server or certificate did */
	REASON_ZONE_LIKE,        /* the offset is */
	REASON_ZONE_CHANGED,     /* the host reports it */
	REASON_BEYOND_TOLERANCE, /* the offset is, of Kerberos: 5 min */
	REASON_ALL_CONCERN_IT,   /* every failure has the host at an end */
	REASON_OTHERS_REACH,     /* what fails here works for others */
	REASON_OTHERS_DO,        /* the same, where the client is suspected */
	REASON_MONITOR_TRUSTED,
	REASON_ONLY_ONE,        /* no other client fails there */
	REASON_MANY_SERVERS,    /* that it cannot reach */
	REASON_TWO_CLIENTS,     /* fail at it */
	REASON_MORE_CLIENTS,    /* three or more do */
	REASON_SEVERAL_ALERTS,  /* of it: requests, connections, .. */
	REASON_SAME_DOMAIN,     /* calls of several domains fail with it */
	REASON_RIGHT_ONES_FAIL, /* against: so do clients with a right clock */
	REASON_SOME_REACH,      /* against: the relay answers others */
	REASON_MONITOR_SUSPECT, /* against: our own clock may be wrong */
	REASON_VIEW_IN_DOUBT,   /* against: loss, or a one-way mirror */
	REASON_NOBODY_REACHES,  /* open: was the server well for anybody? */
	REASON_ORDER_UNKNOWN,   /* open: what came first was not seen */
	REASON_COUNT            /* how many there are */
};

/* +1: it raises the score; -1: it lowers it; 0: it is an open question. */
int reason_sign(enum reason reason);

/* The points that it adds to the score. */
int reason_score(enum reason reason);

/* The reason as a short clause without commas. */
const char *reason_text(enum reason reason);

#endif
