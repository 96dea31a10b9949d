/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DOUBTS_H
#define DOUBTS_H

#include "findings/inner/tally.h"
#include "txn/outcome.h"

/*
 * Timeouts that were reported because nothing came back on a connection: a gap
 * that shows later may have held the response.  The latest DOUBTS_KEPT are
 * kept.
 */

enum { DOUBTS_KEPT = 256 };

/* Octets of a connection were lost before us. */
struct doubts_gap {
	uint64_t flow;
	bool to_server; /* they were the client's */
	nstime since;   /* all that was sent before this was seen */
	nstime now, wall;
};

struct doubt {
	uint64_t id; /* of the transaction; 0: free */
	uint64_t flow;
	bool to_server; /* the request */
	nstime sent;
	struct endpoint uas;
	char method[TALLY_NAME];
};

/* Embedded, zeroed at first; private. */
struct doubts {
	struct doubt kept[DOUBTS_KEPT]; /* a ring */
	size_t next;
};

void doubts_add(struct doubts *d, const struct outcome *outcome);

/* It was answered late. */
void doubts_remove(struct doubts *d, uint64_t id);

/* Take one that the gap refutes, until there is none: false. */
bool doubts_take(
    struct doubts *d, const struct doubts_gap *gap, struct doubt *taken);

#endif
