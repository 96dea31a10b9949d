/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ACCUSATION_H
#define ACCUSATION_H

#include "clock/shape.h"
#include "skew/inner/hosts.h"
#include "skew/skew.h"

/*
 * A peer's clock accused: how grave it is, and the evidence as it is told.
 */

struct accusation {
	struct address peer;
	enum stamp_attribution attribution;
	struct hosts_facts facts;
	struct offset_estimate estimate; /* the interval is against what is
					  * held for the true time */
	struct shape shape;
	unsigned witnesses;      /* 1 << WITNESS_x */
	const char *local_clock; /* static */
};

/* An estimate as it is told, in tenths of a second or whole seconds: rounded,
 * and the uncertainty up, so that the truth is still inside. */
struct accusation_figures {
	nstime offset, uncertainty;
	unsigned decimals;
};
struct accusation_figures accusation_figures(
    const struct offset_interval *interval);

/* Warning, error from major; critical, and what looks like a zone, only for
 * servers. */
enum finding_severity accusation_severity(
    const struct accusation *a, const struct skew_limits *limits);

void accusation_write(const struct accusation *a, struct evidence *e);

/* The finding about `peer', whose key is its address; what stands behind it
 * is another trouble than itself. */
struct accusation_finding {
	const struct address *peer;
	enum stamp_attribution attribution;
	enum finding_verdict verdict;
	enum finding_severity severity;
	const struct evidence *evidence;
	nstime now, wall;
};
void accusation_tell(
    const struct accusation_finding *f, finding_output *output, void *arg);

#endif
