/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CTLSHOW_H
#define CTLSHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * How answers of the daemon look on a terminal.  One row for each command that
 * only asks; siptimectl.c knows those that change something.
 */

struct ctlshow {
	const char *command;  /* as typed, and as asked */
	const char *synopsis; /* of its arguments, "" for none */
	const char *help;
	void (*print)(const json_t *answer, FILE *out);
};

/* The rows, ended by one without a command. */
extern const struct ctlshow ctlshow_commands[];

const struct ctlshow *ctlshow_find(const char *command);

/* The screen of `top': status, what is wrong, the clocks furthest off and the
 * servers with most timeouts. */
void ctlshow_top(const json_t *status, const json_t *alerts,
    const json_t *clocks, const json_t *servers, FILE *out);

#endif
