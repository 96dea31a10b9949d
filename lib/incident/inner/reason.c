/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/reason.h"

static const struct {
	int score;
	const char *text;
} reasons[REASON_COUNT] = {
	[REASON_STEPPED_BEFORE] = { 3,
	    "the clock stepped shortly before the first failure" },
	[REASON_REFUSED_FOR_TIME] = { 4,
	    "a request or certificate was refused for the time" },
	[REASON_ZONE_LIKE] = { 3,
	    "the offset is a whole number of quarter hours" },
	[REASON_ZONE_CHANGED] = { 3, "the time zone there was changed" },
	[REASON_BEYOND_TOLERANCE] = { 3,
	    "the offset is more than the 5 min that Kerberos allows" },
	[REASON_ALL_CONCERN_IT] = { 2,
	    "every failure in this time has this host at one end" },
	[REASON_OTHERS_REACH] = { 1, "others reach the same server" },
	[REASON_OTHERS_DO] = { 3, "others reach the same server" },
	[REASON_MONITOR_TRUSTED] = { 1,
	    "the clock of this monitor is synchronized" },
	[REASON_ONLY_ONE] = { 2, "no other client fails there" },
	[REASON_MANY_SERVERS] = { 3, "it fails at several servers" },
	[REASON_TWO_CLIENTS] = { 4, "two clients fail at it" },
	[REASON_MORE_CLIENTS] = { 6, "three or more clients fail at it" },
	[REASON_SEVERAL_ALERTS] = { 1, "it fails in more than one way" },
	[REASON_SAME_DOMAIN] = { 5, "calls of several domains fail with it" },
	[REASON_RIGHT_ONES_FAIL] = { -3,
	    "clients whose clocks are right fail at the same server" },
	[REASON_SOME_REACH] = { -3, "other clients reach the server" },
	[REASON_MONITOR_SUSPECT] = { -2,
	    "the clock of this monitor may be wrong itself" },
	[REASON_VIEW_IN_DOUBT] = { -3,
	    "packets were lost or one direction is not seen" },
	[REASON_NOBODY_REACHES] = { 0,
	    "nobody else was seen to reach that server since" },
	[REASON_ORDER_UNKNOWN] = { 0, "what came first was not seen" },
};

int
reason_sign(enum reason reason)
{
	return (reasons[reason].score > 0) - (reasons[reason].score < 0);
}

const char *
reason_text(enum reason reason)
{
	return reasons[reason].text;
}

int
reason_score(enum reason reason)
{
	return reasons[reason].score;
}
