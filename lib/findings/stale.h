/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STALE_H
#define STALE_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/record.h"
#include "base/siphash.h"
#include "findings/finding.h"

/*
 * stale-date: a protocol itself refused somebody for the time (DESIGN section
 * 8).  In SIP one response is enough.  A Windows client that Kerberos refuses
 * corrects itself at once, so only a run of refusals counts, after which it
 * had no success where it was refused for a while.
 */

struct stale;

struct stale_limits {
	unsigned count; /* 3 refusals by Kerberos .. */
	nstime hold;    /* .. and 10 s in which there is no success */
	size_t clients; /* that are counted at once */
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

/* NULL when out of memory; the caller frees it. */
struct stale *stale_new(
    const struct stale_limits *limits, finding_output *output, void *arg);
void stale_free(struct stale *s);
void stale_set(struct stale *s, const struct stale_limits *limits);

/*
 * A SIP response, though no copy of one, with one of the reasons it gives: the
 * status line alone, a ms-diagnostics or ms-diagnostics-public field, or a
 * value of a Reason field.
 */
struct stale_response {
	unsigned status;
	struct slice phrase;      /* of the status line */
	uint32_t diagnostic;      /* ms-diagnostics: its id, or 0 */
	struct slice diagnostics; /* its whole value */
	struct slice hresult;     /* of it */
	struct slice protocol;    /* Reason: STIR, SIP, ..; or empty */
	uint32_t cause;           /* of it */
	struct slice reason;      /* of either: its text */
	struct slice source;      /* of ms-diagnostics */
	struct slice call_id;
	struct endpoint server, client; /* sender and receiver */
	nstime now, wall;
};

/*
 * Is it a refusal because of the time?  403 Stale Date; Reason: STIR;cause=403
 * in any response (RFC 9410); ms-diagnostics 1013, 1020 with the text
 * DATE_SKEWED, and any with an HRESULT that means so.
 */
bool stale_matters(const struct stale_response *response);

/* Responses that do not matter are ignored.  One that was just sent to `server'
 * itself is relayed: it is the word of another. */
void stale_input(struct stale *s, const struct stale_response *response);

/* One of before a restart: who passes it on did not refuse itself. */
void stale_recall(struct stale *s, const struct stale_response *response);

/* A KRB-ERROR, sent by `server' to `client'.  Only code 37 is counted. */
struct stale_refusal {
	int32_t error;
	struct endpoint server;
	struct endpoint client;
	struct slice realm; /* of the server */
	nstime server_time;
	bool has_client_time;
	nstime client_time;
	nstime now, wall;
};
void stale_kerberos(struct stale *s, const struct stale_refusal *refusal);

/* `server' gave `client' a ticket: its clock is right enough for that one. */
void stale_success(struct stale *s, const struct address *client,
    const struct address *server);

void stale_tick(struct stale *s, nstime now, nstime wall);
nstime stale_next_deadline(const struct stale *s);

/* A savefile ended: report the held clients. */
void stale_finish(struct stale *s, nstime now, nstime wall);

/* State kept over a restart: the clients that Kerberos refused, the latest
 * STALE_SAVED of them.  stale_load() is for an empty room; false: it makes no
 * sense, and the room is only good to be freed. */
enum { STALE_SAVED = 2048 };
void stale_save(const struct stale *s, struct record *r);
bool stale_load(
    struct stale *s, struct cursor *c, const struct record_shift *shift);

/* stale.evicted, stale.no_memory, stale.relayed */
void stale_stats(const struct stale *s, counter_output *output, void *arg);

#endif
