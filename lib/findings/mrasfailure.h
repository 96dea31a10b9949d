/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MRASFAILURE_H
#define MRASFAILURE_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "findings/finding.h"

/*
 * mras-failure: the relay service answered, and refused media relay
 * credentials (DESIGN section 8, DOMAIN 3): by a failure status of SIP, or by
 * a reasonPhrase other than OK in a 200.  One alert for each server and
 * reason; an answer that succeeds ends all of that server.  A Front End that
 * passes a failure on to its client did not refuse itself.
 */

struct mrasfailure;

struct mrasfailure_limits {
	size_t servers; /* with refusals, remembered */
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

/* NULL when out of memory; the caller frees it. */
struct mrasfailure *mrasfailure_new(
    const struct mrasfailure_limits *limits, finding_output *output, void *arg);
void mrasfailure_free(struct mrasfailure *m);
void mrasfailure_set(
    struct mrasfailure *m, const struct mrasfailure_limits *limits);

/* The final response to an MRAS request, though no copy of one.  Challenges
 * (401, 407) are none. */
struct mrasfailure_answer {
	unsigned status;
	struct slice phrase; /* reasonPhrase; of the status line without one */
	bool granted;        /* 200, and the body has OK or no result */
	struct slice call_id;
	struct endpoint server, client; /* sender and receiver */
	nstime now, wall;
};
void mrasfailure_input(
    struct mrasfailure *m, const struct mrasfailure_answer *answer);

/* One of before a restart: who passes it on did not refuse itself. */
void mrasfailure_recall(
    struct mrasfailure *m, const struct mrasfailure_answer *answer);

/* Saved over a restart.  False: it makes no sense, and the room is only good
 * to be freed. */
void mrasfailure_save(const struct mrasfailure *m, struct record *r);
bool mrasfailure_load(struct mrasfailure *m, struct cursor *c);

/* mrasfailure.evicted, mrasfailure.no_memory, mrasfailure.relayed */
void mrasfailure_stats(
    const struct mrasfailure *m, counter_output *output, void *arg);

#endif
