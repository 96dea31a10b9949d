/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENTS_H
#define AGENTS_H

#include "findings/finding.h"

/*
 * User agents with wrong clocks: however many there are, they are one
 * clock-skew warning, with the evidence of the worst.  It waits half a minute
 * for more of them, and is raised at most once a minute.  Where all hosts are
 * judged (`any_host') it calls them hosts: they need not speak SIP.
 */

/* Embedded. */
struct agents {
	finding_output *output; /* private */
	void *arg;              /* private */
	size_t count;           /* read it: raised at present */
	bool any_host;          /* private */
	bool stands, news;      /* private */
	nstime since, told;     /* private */
};

void agents_init(struct agents *a, finding_output *output, void *arg);

void agents_set(struct agents *a, bool any_host);

/* One more is raised. */
void agents_add(struct agents *a, nstime now);

/* One is cleared; with the last one the warning is over. */
void agents_remove(
    struct agents *a, enum finding_change change, nstime now, nstime wall);

/* One has its own finding now, since it became a server: under this key.  If
 * it was the last, the warning goes on there. */
void agents_hand_over(
    struct agents *a, struct slice key, nstime now, nstime wall);

/* One of them has a new stamp.  True if the warning should be raised again. */
bool agents_remind(struct agents *a, nstime now);

/* When there is something to report: NSTIME_NEVER, now, or later. */
nstime agents_due(const struct agents *a, nstime now);

void agents_tell(
    struct agents *a, const struct evidence *worst, nstime now, nstime wall);

/* State kept over a restart, but for the count: first add the raised ones,
 * then agents_load(). */
void agents_save(struct record *r, const struct agents *a);
void agents_load(struct agents *a, struct cursor *c, nstime shift);

#endif
