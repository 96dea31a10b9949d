/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTIMONY_H
#define TESTIMONY_H

#include "base/textbuf.h"
#include "clock/offset.h"
#include "witness/witness.h"

/*
 * What the witnesses of one host say of its clock (DOMAIN section 2.10).  Each
 * has an estimate of its own, so that one which tells another time is never
 * averaged with the rest; together those that agree make one estimate.
 */

/* Embedded; zeroed, nobody was heard.  Private. */
struct testimony {
	struct offset *offsets[WITNESS_KINDS]; /* owned; NULL: not heard */
};

void testimony_done(struct testimony *t);

/* What offset_input() says, of this witness alone.  False when out of memory,
 * and the stamp is lost. */
bool testimony_input(struct testimony *t, enum witness witness,
    const struct offset_stamp *stamp, unsigned run, bool *changed);

struct testimony_estimate {
	struct offset_estimate joint; /* of those that agree and weigh most */
	unsigned witnesses;           /* that it rests on: 1 << WITNESS_x */

	/* All of these told the time at the same period, each often enough,
	 * and not all the same time.  0: there is no contradiction. */
	unsigned contradicting;
	struct offset_interval intervals[WITNESS_KINDS]; /* what they say */

	bool unanimous; /* not even one that fell silent says otherwise */
};

/*
 * `least': stamps without which a witness alone proves nothing.  Where those
 * that contradict each other weigh the same, the joint estimate is `mixed'.
 * False if nobody was heard.
 */
bool testimony_estimate(const struct testimony *t, unsigned least,
    struct testimony_estimate *estimate);

/* Forget what these witnesses (1 << WITNESS_x) said.  True if they had. */
bool testimony_mute(struct testimony *t, unsigned witnesses);

/* Was nobody heard? */
bool testimony_is_empty(const struct testimony *t);

/* What survives a restart, into an empty one.  A `now' is shifted by
 * `shift'. */
void testimony_save(struct record *r, const struct testimony *t);
void testimony_load(struct testimony *t, struct cursor *c, nstime shift);

/* "date,ntp" */
void testimony_write(struct textbuf *t, unsigned witnesses);

#endif
