/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BLINDNESS_H
#define BLINDNESS_H

#include "base/record.h"

/*
 * Trouble of the whole capture rather than of one pair of hosts, for
 * visibility: counted, raised from `needed' on, over when it is quiet.
 */
struct blindness {
	const char *class; /* set it */
	unsigned needed;   /* set it */
	unsigned count;    /* read it: since it began */
	nstime last;
	bool raised;
};

/* Once more.  True: it is to be reported. */
bool blindness_add(struct blindness *b, nstime now);

/* NSTIME_NEVER: there is none. */
nstime blindness_ends(const struct blindness *b, nstime quiet);

/* True: it was reported, and is over. */
bool blindness_over(struct blindness *b, nstime quiet, nstime now);

/* State kept over a restart; a `now' is shifted by `shift'. */
void blindness_save(struct record *r, const struct blindness *b);
void blindness_load(struct blindness *b, struct cursor *c, nstime shift);

#endif
