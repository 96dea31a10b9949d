/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef JSONLINE_H
#define JSONLINE_H

#include <jansson.h>

#include "alert/alert.h"
#include "report/summary.h"

/*
 * JSON lines (DESIGN section 9): one object per line, field names and order
 * fixed, times RFC 3339 UTC with microseconds, durations seconds as numbers.
 */

/* One alert, without a line end.  NULL when out of memory; the caller frees
 * it with free(). */
char *jsonline_alert(const struct alert_event *event);

/* A line that is no alert (the daily one, a summing-up): an object of type
 * "note" with its text.  Likewise. */
char *jsonline_note(const char *text, nstime wall);

/* The summary object that ends a savefile's output.  Likewise. */
char *jsonline_summary(const struct summary *summary);

/* Its fields, a row each, as alertfields.h has them of alerts: up to a NULL
 * name; static. */
struct jsonline_row {
	const char *name, *type, *text, *when;
	bool (*known)(const struct summary *summary);
	json_t *(*value)(const struct summary *summary);
};
const struct jsonline_row *jsonline_summary_rows(void);

#endif
