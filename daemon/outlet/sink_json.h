/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SINK_JSON_H
#define SINK_JSON_H

#include <stdio.h>

#include "outlet/sink.h"
#include "report/summary.h"

/* Alerts and the summary for programs: one JSON object per line.  0, or
 * -errno when it cannot be written. */
int sink_json_alert(FILE *out, const struct alert_event *event);
int sink_json_summary(FILE *out, const struct summary *summary);

/* The same as a record with its line end; notes are objects of a type of
 * their own.  NULL when out of memory. */
struct sink_record *sink_json_record(const struct alert_event *event);
struct sink_record *sink_json_note(int priority, const char *text);

/* Programs get alerts that have joined another. */
bool sink_json_tells_joined(const void *state);

#endif
