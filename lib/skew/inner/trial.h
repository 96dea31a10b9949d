/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TRIAL_H
#define TRIAL_H

#include "skew/inner/agents.h"
#include "skew/inner/peers.h"

/*
 * The case against each peer: suspected when its clock is wrong, accused when
 * that holds, absolved when it is right again or cannot be judged.  The rest
 * of skew says what is held for the true time, and when.
 */

struct trial {
	/* Set by skew. */
	const struct skew_limits *limits;
	finding_output *output;
	void *arg;
	struct hosts *hosts;     /* owned by skew */
	struct peers peers;      /* owned by skew */
	const char *local_clock; /* what is known of ours, static */
	nstime steps;            /* ours is so far ahead of one never stepped */
	nstime reference;        /* the true time, against that one as well */
	nstime now, wall;        /* the latest */

	/* Private, but for reading. */
	struct agents agents;
	nstime review, reviewed; /* when judging is due, and was done */
	bool has_reviewed;
	uint64_t no_memory;
};

/* Hosts and peers made. */
void trial_init(struct trial *t);

/* Judge at that time at the latest, though at most once a second. */
void trial_schedule(struct trial *t, nstime at);

/* The testimony about a peer, or what it is held against, has changed. */
void trial_weigh(
    struct trial *t, struct peer *p, enum finding_verdict if_right);
void trial_weigh_all(struct trial *t, enum finding_verdict if_right);

/* Other limits are in force: what they do not allow is taken back, what muted
 * witnesses said and who is of no interest any more.  The rest is not weighed
 * anew. */
void trial_set(struct trial *t);

/* Judge those who were held long enough, or at the end all. */
void trial_review(struct trial *t, bool at_end);

/* More is known of the part a host plays. */
void trial_regard(struct trial *t, const struct address *address);

/* Does it speak SIP, stand in a pool, or is it known to give them the time? */
bool trial_plays_a_part(const struct trial *t, const struct address *address);

/* It is to be forgotten. */
void trial_dismiss(struct trial *t, struct peer *p);

#endif
