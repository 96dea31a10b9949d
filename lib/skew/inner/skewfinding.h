/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SKEWFINDING_H
#define SKEWFINDING_H

#include "clock/shape.h"
#include "findings/finding.h"
#include "skew/inner/peer.h"
#include "skew/inner/hosts.h"

/*
 * The clock-skew of one peer: its severity, its evidence, and its finding.
 */

struct skewfinding {
	struct peer_key peer;
	struct hosts_facts facts;
	struct offset_estimate estimate; /* against the time held to be true */
	struct shape shape;
	unsigned witnesses;      /* 1 << WITNESS_x */
	const char *local_clock; /* static */

	/* Its NTP service serves another time, this far from the true one. */
	bool serves_other;
	nstime served;
};

/* An interval as it is written, in tenths of a second or whole seconds: the
 * offset rounded, the uncertainty rounded up, so that it still covers all. */
struct skewfinding_figures {
	nstime offset, uncertainty;
	unsigned decimals;
};
struct skewfinding_figures skewfinding_figures(
    const struct offset_interval *interval);

struct skewfinding_limits {
	nstime warn, major, critical;
};

/* Warning, or error from `major' on; critical from `critical' on and for a
 * zone.  For servers only: a user agent's is a warning. */
enum finding_severity skewfinding_severity(
    const struct skewfinding *f, const struct skewfinding_limits *limits);

void skewfinding_write(const struct skewfinding *f, struct evidence *e);

/* The key is the address; a clock that may be behind the host has another key
 * than the host's own, and an agent has its number in it. */
void skewfinding_key(struct textbuf *t, const struct peer_key *peer);

/* The stamp of the step that made the clock wrong; 0: unknown, or none. */
nstime skewfinding_began(const struct evidence *e);

struct skewfinding_report {
	const struct peer_key *peer;
	enum finding_change change;
	enum finding_severity severity;
	const struct evidence *evidence;
	nstime now, wall;
};
void skewfinding_tell(
    const struct skewfinding_report *r, finding_output *output, void *arg);

#endif
