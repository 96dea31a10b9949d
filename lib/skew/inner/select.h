/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SELECT_H
#define SELECT_H

#include "skew/inner/estimate.h"

/*
 * Which witnesses of one host are to be believed, and the verdict on its clock
 *(DOMAIN section 2.10).  Nothing here keeps state.  The words are from NTP's
 *source selection:
 *
 *	pending		it has too few samples, or they do not agree
 *	stale		a newer witness has contradicted it since
 *	falseticker	its time is wrong
 *	truechimer	its time is right
 *	distant		its uncertainty reaches across the threshold
 */

struct select_result {
	struct offset_estimate
	    joint;           /* of the ones that agree and weigh most */
	unsigned witnesses;  /* these: 1 << WITNESS_x */
	unsigned supporting; /* the ones that tell of the same change only */

	/* These have samples of the same period, enough of them, and do not
	 * all agree.  0: there is no contradiction. */
	unsigned contradicting;
	struct offset_interval intervals[WITNESS_KINDS]; /* their offsets */

	bool unanimous; /* all agree, the stale ones too */

	/* The NTP service of the host contradicts all of its own programs, so
	 * it is not among the witnesses: it may serve the time of its source
	 * without setting its own clock by it (chronyd -x). */
	bool serves_other;
	struct offset_interval served;
};

/*
 * A witness with fewer than `least' samples is pending; and alone, one that had
 * to be learned is unsettled until it has agreed with itself five times.  Where
 * contradicting ones weigh the same, the joint estimate is `mixed'.  False if
 * there are no samples.
 */
bool select_witnesses(
    const struct estimate *e, unsigned least, struct select_result *result);

enum select_verdict {
	SELECT_PENDING,
	SELECT_MIXED, /* more than one clock: not judged */
	SELECT_TRUECHIMER,
	SELECT_DISTANT,
	SELECT_FALSETICKER
};

/* The joint estimate against the time held to be true: off by `warn' or more
 * it is a falseticker. */
enum select_verdict select_verdict(const struct offset_estimate *joint,
    nstime reference, nstime warn, unsigned least);

#endif
