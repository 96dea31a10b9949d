/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ALIGN_H
#define ALIGN_H

#include "net/decode.h"

/*
 * How far the clocks of several sources of packets (savefiles) differ.  What
 * one of them captured may be the answer to what another did: an
 * acknowledgement to octets of TCP, a response to a SIP request.  No answer is
 * sent before it is asked for, so each of them bounds the difference:
 *
 *	clock of b - clock of a <= stamp of the answer in b - of the request in
 *a clock of b - clock of a >= stamp of the request in b - of the answer in a
 *
 * Nothing else is read, and what cannot be read is passed over.
 */

enum { ALIGN_SOURCES = 32 };

/* Less is told by no reversed order of packets that matters. */
#define ALIGN_LEAST (100 * NSTIME_MS)

struct align;

/* Sources are numbered from 0; those from ALIGN_SOURCES on are not aligned.
 * NULL when out of memory; the caller frees it. */
struct align *align_new(unsigned sources);
void align_free(struct align *a);

/* A packet: the latest are kept, so sources are best read side by side. */
void align_input(struct align *a, const struct decode_event *event);

struct align_pair {
	bool differs;  /* by ALIGN_LEAST or more, and that is certain */
	nstime offset; /* clock of `b' less that of `a' */
	unsigned answers;
};

/* What is known of the sources a and b.  False: nothing. */
bool align_pair(const struct align *a, unsigned first, unsigned second,
    struct align_pair *pair);

/* Take so much from the stamps of each source, and no answer comes before what
 * it answers: its clock less that of the first it is connected with. */
void align_corrections(
    const struct align *a, nstime corrections[ALIGN_SOURCES]);

#endif
