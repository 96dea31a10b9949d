/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RAISE_H
#define RAISE_H

#include "skew/inner/agents.h"
#include "skew/inner/peers.h"
#include "skew/inner/skewfinding.h"

/*
 * clock-skew raised and cleared.  A peer that select.h calls a falseticker is
 * pending, then raised when it still is one after `hold'; it is cleared when
 * it is a truechimer again or cannot be judged.  Which time is held to be true,
 * and when all this is done, is decided by skew.c.
 */

struct raise_limits {
	struct skewfinding_limits thresholds;
	unsigned min_samples;
	nstime hold;
	unsigned muted;
	bool judge_all;
};

/* Everything in here is borrowed. */
struct raise_setup {
	finding_output *output;
	void *arg;
	struct hosts *hosts;
	struct peers *peers;
};

/*
 * Our own clock may be stepped, but then those of the peers did not move:
 * offsets are kept against a clock that was never stepped.  Ours is `steps'
 * ahead of that one, and the time held to be true is `reference' ahead: ours,
 * or, if ours is the odd one out, that of the others.  `zero' is where ours
 * would be without a step that is known to have put it wrong.
 */
struct raise_times {
	nstime steps, zero, reference;
	const char *local_clock; /* the state of ours; static */
};

/* Embedded.  Read what has no comment; raise.c alone writes it. */
struct raise {
	struct raise_setup setup;   /* private */
	struct raise_limits limits; /* private */
	struct raise_times times;
	nstime now, wall;        /* the latest */
	struct agents agents;    /* private */
	nstime review, reviewed; /* the next, and the last; reviewed: private */
	bool has_reviewed;       /* private */
	uint64_t no_memory;
};

void raise_init(struct raise *r, const struct raise_setup *setup);

/* These limits are in force: see raise_apply(). */
void raise_limit(struct raise *r, const struct raise_limits *limits);

/* Set the time: `now', and `wall' by the packets' clock. */
void raise_at(struct raise *r, nstime now, nstime wall);

/* Nobody is judged anew by that: see raise_weigh_all(). */
void raise_refer(struct raise *r, const struct raise_times *times);

/* Review at that time at the latest, though at most once a second. */
void raise_schedule(struct raise *r, nstime at);

/* The samples of a peer, or the time held to be true, have changed. */
void raise_weigh(struct raise *r, struct peer *p, enum finding_change if_right);
void raise_weigh_all(struct raise *r, enum finding_change if_right);

/* Apply other limits to the peers: muted witnesses and hosts of no
 * interest are cleared.  The rest is not weighed anew. */
void raise_apply(struct raise *r);

/* Nothing is known of a span of time: the next review waits that much. */
void raise_hole(struct raise *r, nstime span);

/* Begin a review, which is done with raise_pending(). */
void raise_review(struct raise *r, nstime now, nstime wall);

/* Raise the peers that were pending long enough, or at the end all. */
void raise_pending(struct raise *r, bool at_end);

/* More is known of the roles of a host. */
void raise_regard(struct raise *r, const struct address *address);

/* Does it speak SIP, belong to a pool, or serve the time to one that does? */
bool raise_plays_a_part(const struct raise *r, const struct address *address);

/* Make room: forget this peer. */
void raise_forget(struct raise *r, struct peer *p);

/* What this witness told of the host's own clock was told by another one. */
void raise_disown(
    struct raise *r, const struct address *host, enum witness witness);

/* State kept over a restart, but for peers and hosts. */
void raise_save(const struct raise *r, struct record *record);
void raise_load(
    struct raise *r, struct cursor *c, const struct record_shift *shift);

#endif
