/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNDECIDED_H
#define UNDECIDED_H

#include "findings/finding.h"
#include "net/endpoint.h"

/*
 * visibility undecided: the stamps of one host have shown two different times
 * by turns for so long that it is not transient.  The host is not judged
 * meanwhile; the finding is raised at most once a minute until it is judged
 * again.
 */

/* A host's stamps may show two times for so long: it was restarted, or its
 * address moved to another host. */
#define UNDECIDED_PATIENCE (600 * NSTIME_S)

/* Embedded; zeroed, it is decided.  Private. */
struct undecided {
	bool mixed, stands;
	nstime since, told;
};

struct undecided_host {
	const struct address *address;
	bool mixed; /* its stamps show two times */
	nstime now, wall;
};

void undecided_weigh(struct undecided *u, const struct undecided_host *host,
    finding_output *output, void *arg);

/* State kept over a restart. */
void undecided_save(struct record *r, const struct undecided *u);
void undecided_load(struct undecided *u, struct cursor *c, nstime shift);

#endif
