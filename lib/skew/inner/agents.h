/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENTS_H
#define AGENTS_H

#include "findings/finding.h"

/*
 * User agents with wrong clocks: however many there are, they are one folded
 * clock-skew warning, with the evidence of the worst.  It waits half a minute
 * for more of them, and is told at most once a minute.  Where all hosts are
 * judged they need not speak SIP, and are called hosts.
 */

/* Embedded. */
struct agents {
	finding_output *output; /* private */
	void *arg;              /* private */
	size_t count;           /* read it: accused at present */
	bool any_host;          /* set it: they may be anything */
	bool stands, news;      /* private */
	nstime since, told;     /* private */
};

void agents_init(struct agents *a, finding_output *output, void *arg);

/* One more is accused. */
void agents_add(struct agents *a, nstime now);

/* One less; the warning is over with the last. */
void agents_remove(
    struct agents *a, enum finding_verdict verdict, nstime now, nstime wall);

/* One of them was seen again.  True if that should be told by and by. */
bool agents_insist(struct agents *a, nstime now);

/* When there is something to tell: NSTIME_NEVER, now, or later. */
nstime agents_due(const struct agents *a, nstime now);

void agents_tell(
    struct agents *a, const struct evidence *worst, nstime now, nstime wall);

/* What survives a restart, but for the count: those who are accused are added
 * one by one, and then agents_load(). */
void agents_save(struct record *r, const struct agents *a);
void agents_load(struct agents *a, struct cursor *c, nstime shift);

#endif
