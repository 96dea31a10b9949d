/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef VISIBILITY_H
#define VISIBILITY_H

#include "base/budget.h"
#include "findings/timeout.h"
#include "tls/decrypt.h"

/*
 * visibility: some traffic cannot be judged, for one of these reasons.
 *
 * one_way: 20 requests of one host to another, not one packet back (and the
 * requester behaves as if it were answered).  loss: watched transactions became
 * unknown because packets were lost before they reached us, or an interface
 * dropped more than one in a thousand during a minute.  truncated: SIP was cut
 * by the capture's snaplen.  no_sip: other packets arrive, but no SIP and no
 * TLS at the SIP ports.  undecrypted: keys are configured, and TLS of a server
 * is not decrypted.  agent_lost: an agent stopped to send HEP.  sensor_lost: a
 * sensor of a fleet is silent.  clocks_differ: the captures of two sources
 * contradict each other.  limit: a table of ours was full, and watched
 * transactions are not judged.
 */

struct visibility;

struct visibility_limits {
	unsigned one_way;   /* 20 requests */
	unsigned truncated; /* 3 messages */
	unsigned no_sip;    /* 15 minutes in a row */
	nstime quiet;       /* loss and truncated are over after this */
	size_t pairs;
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

struct visibility *visibility_new(
    const struct visibility_limits *limits, finding_output *output, void *arg);
void visibility_free(struct visibility *v);

/* Every outcome, and the verdict on it. */
void visibility_transaction(struct visibility *v, const struct outcome *outcome,
    const struct delivery *delivery, enum timeout_verdict verdict, nstime wall);

/* A SIP datagram or segment came in cut by the snaplen. */
void visibility_truncated(struct visibility *v, nstime now, nstime wall);

/* A watched transaction is not judged, for this limit. */
void visibility_limited(
    struct visibility *v, const char *limit, nstime now, nstime wall);

/* TLS of a server was decrypted, or was not. */
void visibility_opened(struct visibility *v, const struct endpoint *server,
    nstime now, nstime wall);
void visibility_refused(struct visibility *v, const struct endpoint *server,
    enum decrypt_reason reason, nstime now, nstime wall);

/* A sensor of a fleet is silent, or is back. */
void visibility_sensor(
    struct visibility *v, const char *name, bool lost, nstime now, nstime wall);

/* An agent that sends HEP has stopped, or is back. */
struct visibility_agent {
	uint32_t number; /* that it has besides its address; 0: none */
	bool lost;
};
void visibility_agent(struct visibility *v, const struct address *address,
    const struct visibility_agent *agent, nstime now, nstime wall);

/* The clock of source `b' is `offset' ahead of that of source `a'. */
struct visibility_sources {
	const char *a, *b; /* borrowed */
	nstime offset;
};
void visibility_clocks_differ(struct visibility *v,
    const struct visibility_sources *sources, nstime now, nstime wall);

/* They differ no more. */
void visibility_clocks_agree(struct visibility *v,
    const struct visibility_sources *sources, nstime now, nstime wall);

/* Live only: the counters of one interface during the last minute. */
struct visibility_minute {
	const char *interface; /* copied */
	uint64_t captured, dropped;
};
void visibility_minute(struct visibility *v,
    const struct visibility_minute *minute, nstime now, nstime wall);

/* Live only: packets of any kind that arrived at all interfaces during the
 * last minute, and how many brought SIP, or octets to a SIP port. */
void visibility_arrived(struct visibility *v, uint64_t packets,
    uint64_t signalling, nstime now, nstime wall);

void visibility_tick(struct visibility *v, nstime now, nstime wall);
nstime visibility_next_deadline(const struct visibility *v);
void visibility_set(
    struct visibility *v, const struct visibility_limits *limits);

/*
 * State kept over a restart: the raised findings, and what may raise one yet
 * about a pair of hosts.  visibility_load() is for an empty room; false: the
 * record is broken, and the room can only be freed.
 */
void visibility_save(const struct visibility *v, struct record *r);
bool visibility_load(
    struct visibility *v, struct cursor *c, const struct record_shift *shift);

void visibility_stats(
    const struct visibility *v, counter_output *output, void *arg);

#endif
