/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ALERTFIELDS_H
#define ALERTFIELDS_H

#include <jansson.h>

#include "alert/alert.h"

/*
 * The fields of an alert in JSON, a row each in the order they are written:
 * jsonline writes them, and siptimed-fields(5) is generated from them.
 */

struct alertfields_row {
	const char *name;
	const char *type; /* "text", "number", .., for people */
	const char *text; /* its meaning, without a full stop */
	const char *when; /* NULL: always there; or only .. */
	bool (*known)(const struct alert_event *event); /* NULL: always */
	/* New and the caller's; NULL when out of memory. */
	json_t *(*value)(const struct alert_event *event);
};

/* Up to a NULL name; static. */
const struct alertfields_row *alertfields_rows(void);

#endif
