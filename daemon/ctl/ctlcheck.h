/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CTLCHECK_H
#define CTLCHECK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * `siptimectl check' as a plugin of Icinga and Nagios (Monitoring Plugins
 * Development Guidelines): the first line is the state, a sentence and the
 * performance data, more lines follow, and the exit status is the state.
 */

enum ctlcheck_state {
	CTLCHECK_OK,
	CTLCHECK_WARNING,
	CTLCHECK_CRITICAL,
	CTLCHECK_UNKNOWN
};

/* A range of the guidelines, [@]START:END; a value outside alerts, or inside
 * with the @. */
struct ctlcheck_range {
	double start, end; /* infinite where open */
	bool inside;
	const char *text; /* as given */
};

/* False: it is none. */
bool ctlcheck_range(const char *text, struct ctlcheck_range *range);
bool ctlcheck_alerts_at(const struct ctlcheck_range *range, double value);

struct ctlcheck {
	bool alerts, drops;
	const char *clock; /* of this peer; NULL: not asked */
	struct ctlcheck_range warning, critical;
	bool has_warning, has_critical;
};

/* Judge the answers "status", "alerts" and "clocks" (those that were not asked
 * for may be NULL), and print. */
enum ctlcheck_state ctlcheck_judge(const struct ctlcheck *check,
    const json_t *status, const json_t *alerts, const json_t *clocks,
    FILE *out);

#endif
