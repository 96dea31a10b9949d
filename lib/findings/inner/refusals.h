/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef REFUSALS_H
#define REFUSALS_H

#include "findings/stale.h"

enum { REFUSALS_REALM = 64 };

/* The refusals of one client by one server, and the latest of them. */
struct refusals {
	unsigned count;              /* 0: nothing is known */
	struct stale_refusal latest; /* its realm is the field below */
	char realm[REFUSALS_REALM];
};

/* One more; its realm is copied. */
void refusals_add(struct refusals *f, const struct stale_refusal *refusal);

/* State kept over a restart, loaded into a zeroed one.  A `now' is shifted by
 * `shift'. */
void refusals_save(const struct refusals *f, struct record *r);
void refusals_load(struct refusals *f, struct cursor *c, nstime shift);

#endif
