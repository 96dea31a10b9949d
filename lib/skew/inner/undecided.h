/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNDECIDED_H
#define UNDECIDED_H

#include "findings/finding.h"
#include "net/endpoint.h"

/*
 * visibility undecided: one host has told two times by turns for so long that
 * it is no passing confusion.  It is not judged meanwhile, and this says so:
 * at most once a minute, until it is judged again.
 */

/* A host may tell two times for so long: a restart, a move to another host. */
#define UNDECIDED_PATIENCE (600 * NSTIME_S)

/* Embedded; zeroed, it is decided.  Private. */
struct undecided {
	bool mixed, stands;
	nstime since, told;
};

struct undecided_host {
	const struct address *address;
	bool mixed; /* it tells two times */
	nstime now, wall;
};

void undecided_weigh(struct undecided *u, const struct undecided_host *host,
    finding_output *output, void *arg);

#endif
