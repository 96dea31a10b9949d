/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ALIGN_H
#define ALIGN_H

#include "net/decode.h"

/*
 * How far the clocks of several sources of packets (savefiles) differ.  A
 * packet that one of them captured may answer a packet of another: an
 * acknowledgement to octets of TCP, a response to a SIP request.  No answer is
 * sent before it is asked for, so each of them bounds the difference:
 *
 *	clock of b - clock of a <= answer's stamp in b - request's in a
 *	clock of b - clock of a >= request's stamp in b - answer's in a
 *
 * An ACK likewise answers the final response.  Answers that all come equally
 * late, and later than anybody waits, bound it from both sides.  Nothing else
 * is read, and unreadable packets are skipped.
 */

enum { ALIGN_SOURCES = 32 };

/* A smaller difference reverses the order of no packets that matter. */
#define ALIGN_LEAST (100 * NSTIME_MS)

struct align;

/* Sources are numbered from 0; sources from ALIGN_SOURCES on are not aligned.
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

/* Get the difference of the sources `first' and `second'.  False: it is
 * unknown. */
bool align_pair(const struct align *a, unsigned first, unsigned second,
    struct align_pair *pair);

/* Take so much from the stamps of each source, and no answer comes before its
 * request: its clock less that of the first it is connected with. */
void align_corrections(
    const struct align *a, nstime corrections[ALIGN_SOURCES]);

#endif
