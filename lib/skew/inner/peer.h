/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PEER_H
#define PEER_H

#include <sys/queue.h>

#include "base/table.h"
#include "findings/finding.h"
#include "net/endpoint.h"
#include "skew/inner/conflict.h"
#include "skew/inner/estimate.h"
#include "skew/inner/undecided.h"
#include "skew/inner/zonechange.h"
#include "witness/stamp.h"

/*
 * One host whose clock is watched.  peers.h keeps them and moves them from one
 * state to the next; all else about a peer is changed here.
 */

/* The life of its clock-skew. */
enum peer_state {
	PEER_CLEAR,
	PEER_PENDING, /* a falseticker, held back for a while */
	PEER_RAISED,
	PEER_STATES /* how many there are */
};

enum peer_side {
	PEER_NO_SIDE, /* not judged, or never answered */
	PEER_WITH_US, /* within CONSENSUS_WIDTH of our clock */
	PEER_AGAINST_US,
	PEER_SIDES /* how many there are */
};

/* A clock that may be behind the host is another peer than the host's own, and
 * so is each of several agents.  It has no padding: it is hashed whole, and the
 * order of its octets is that of peers. */
struct peer_key {
	struct address address;
	uint8_t attribution; /* enum stamp_attribution */
	uint8_t agent[4];    /* its number, where that is STAMP_AGENT; else 0 */
};

static inline struct peer_key
peer_key(const struct address *address, enum stamp_attribution attribution)
{
	return (struct peer_key){ *address, (uint8_t)attribution, { 0 } };
}

struct peer_key peer_key_of_agent(
    const struct address *address, uint32_t number);
uint32_t peer_agent(const struct peer_key *key);

/* Owned by peers.  Read it; only its last four may be passed on to the files
 * that change them. */
struct peer {
	struct table_entry entry; /* private to peers */
	TAILQ_ENTRY(peer) order;  /* private to peers */
	struct peer_key key;
	uint8_t state;    /* enum peer_state */
	uint8_t side;     /* enum peer_side */
	uint8_t severity; /* enum finding_severity: of its latest finding */
	bool folded;      /* raised, as one of the user agents */
	bool speaks_sip;  /* one of its witnesses does */
	struct address client; /* the latest that it gave the time, or none */
	nstime since;          /* pending since */
	nstime seen, wall;     /* its latest stamp */
	nstime told;           /* its latest finding */
	struct estimate estimate;
	struct conflict conflict;
	struct zonechange zone;
	struct undecided undecided;
};

/* `address' has asked it for the time. */
void peer_serves_time(struct peer *p, const struct address *client);

void peer_speaks_sip(struct peer *p);

/* Its trouble was reported. */
void peer_told(struct peer *p, enum finding_severity severity, nstime now);

/* It is raised alone from now on, no longer as one of the user agents. */
void peer_unfold(struct peer *p);

/* State kept over a restart: all but its place in the table.  A pending state
 * waits for more stamps, but a clock drifts even if nobody watches. */
void peer_save(const struct peer *p, struct record *r);
void peer_load(
    struct peer *p, struct cursor *c, const struct record_shift *shift);

#endif
