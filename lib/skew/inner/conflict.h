/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONFLICT_H
#define CONFLICT_H

#include "findings/finding.h"
#include "skew/inner/select.h"

/*
 * witness-conflict: the witnesses of one host contradict each other.  Raised
 * when it begins, and at most once a minute while it lasts; over when they all
 * agree again.
 */

/* Embedded; zeroed, there is none.  Private. */
struct conflict {
	bool stands;
	nstime told;
};

/* The witnesses of one host; offsets are relative to `reference'. */
struct conflict_case {
	const struct address *host;
	const struct select_result *selected;
	nstime reference;
	nstime now, wall;
};

void conflict_weigh(struct conflict *c, const struct conflict_case *a,
    finding_output *output, void *arg);

/* State kept over a restart. */
void conflict_save(struct record *r, const struct conflict *c);
void conflict_load(struct conflict *conflict, struct cursor *c, nstime shift);

#endif
