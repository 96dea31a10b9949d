/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CALLLEG_H
#define CALLLEG_H

#include "pipeline/event.h"

/*
 * One leg of a call: a request between two hosts and what answered it, as far
 * as it is seen here, and until when it may go well without anything more.
 */

struct callleg_times {
	nstime hold;     /* 500 ms: answered sooner is well */
	nstime stall;    /* 4 s: after a 1xx that promises nothing */
	nstime patience; /* how long a silent request is remembered: 40 s */
	nstime ringing;  /* .. and an INVITE that rings: 200 s */
};

/* Zeros are a free one.  Read it; number, told and cancelled are the
 * caller's. */
struct callleg {
	uint32_t number; /* see wire_leg(); 0: free */
	bool is_invite;
	bool asked;       /* its request was seen */
	bool told;        /* .. or the leg was told as a half */
	unsigned status;  /* the highest seen, 0: none */
	nstime cancelled; /* an INVITE, at that time; 0: it was not */
	nstime begun;
	struct address client;
	struct endpoint server;
};

/* Begin the leg with its first message, which is to be put in as well. */
void callleg_begin(
    struct callleg *leg, uint32_t number, const struct event *event);

/* Its request.  False: it is a copy, so something is wrong. */
bool callleg_request(struct callleg *leg);

/* Its response; *again: none that is new.  False: it shows that something is
 * wrong. */
bool callleg_response(struct callleg *leg, unsigned status, bool *again);

/* Nothing more is expected of it. */
bool callleg_is_settled(const struct callleg *leg);

/* An INVITE that was not canceled, which may take long. */
bool callleg_rings(const struct callleg *leg);

/* When it has to be looked at. */
nstime callleg_due(
    const struct callleg *leg, const struct callleg_times *times);

#endif
