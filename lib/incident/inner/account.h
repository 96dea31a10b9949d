/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "incident/inner/bundle.h"
#include "incident/inner/pools.h"

/*
 * The evidence of an incident (DESIGN section 9): its hosts, its parts, the
 * first event, the facts that support and contradict the cause, and those to
 * look for.
 */

struct account_context {
	const struct pools *pools;
	const struct lru *parts; /* all there are */
};

void account_write(struct evidence *e, const struct bundle *b,
    const struct account_context *context);

/* The subject of the incident: its host or its server. */
void account_subject(struct textbuf *t, const struct bundle *b);

#endif
