/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SILENCE_H
#define SILENCE_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "findings/finding.h"

/*
 * silent-peer: somebody stopped answering on a leg that is encrypted (DOMAIN
 * 1.9).  The requests cannot be read, so this proves less than
 * transaction-timeout, and its text states that.
 *
 * request: on a port of the A/V authentication service, a record as large as a
 * request was delivered and nothing came back in its time.  Whether it was one
 * is judged by its history: the leg (a client host and a server endpoint)
 * had three exchanges that were answered.  Pushes of a server that nobody asked
 * for are no exchanges and no trouble.
 *
 * mras_silence: a client host has no exchanges there any more.  How often they
 * come is learned over hours, and against two measures, since both must run
 * out: time, and the other SIP of the same host (at night nobody signs in, and
 * the rest goes down as well).  It is raised when ten times the usual gap, and
 * an hour at least, went by without one, and ten times the other SIP that
 * usually passes between two.  It is looked at whenever that host does
 * something else on a SIP port; a host that does nothing is not judged.  Any of
 * several servers may answer.
 */

struct silence;

struct silence_limits {
	size_t hosts; /* clients; at the limit the one unused for longest is
		       * forgotten */
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

struct silence_leg {
	struct endpoint client, server; /* the client's port does not count */
};

/* NULL when out of memory; the caller frees it. */
struct silence *silence_new(
    const struct silence_limits *limits, finding_output *output, void *arg);
void silence_free(struct silence *s);

/* A request-sized record was answered. */
void silence_answered(
    struct silence *s, const struct silence_leg *leg, nstime now, nstime wall);

/* One was delivered and not answered; its way and its answer's are in view. */
struct silence_request {
	struct silence_leg leg;
	uint64_t connection; /* so that connections can be counted */
	size_t octets;
	nstime sent, sent_wall;
	nstime now, wall;
};
void silence_unanswered(
    struct silence *s, const struct silence_request *request);

/* One that was reported as unanswered may have been answered after all. */
void silence_doubted(
    struct silence *s, const struct silence_leg *leg, nstime now, nstime wall);

/* Somebody asked, and whether that was answered cannot be seen. */
void silence_unseen(
    struct silence *s, const struct silence_leg *leg, nstime now, nstime wall);

/* `host' did something else on a SIP port. */
void silence_active(
    struct silence *s, const struct address *host, nstime now, nstime wall);

void silence_set(struct silence *s, const struct silence_limits *limits);

/*
 * State kept over a restart: the habits of the clients last heard of, as
 * many as SILENCE_SAVED, and the silent ones.  The time away is no silence.
 * silence_load() is for an empty room; false: it makes no sense, and the room
 * is only good to be freed.
 */
enum { SILENCE_SAVED = 2048 };
void silence_save(const struct silence *s, struct record *r);
bool silence_load(
    struct silence *s, struct cursor *c, const struct record_shift *shift);

/* silence.evicted, silence.no_memory, silence.unlearnt (unanswered, but not
 * enough was answered before) */
void silence_stats(const struct silence *s, counter_output *output, void *arg);

#endif
