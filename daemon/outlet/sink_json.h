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

/* The same as a record with its line end, and notes as objects of a type of
 * their own: `format' and `note' of a sink, whose state is not read.  NULL when
 * out of memory. */
struct sink_record *sink_json_record(
    void *state, const struct alert_event *event);
struct sink_record *sink_json_note(void *state, int priority, const char *text);

/* Programs get alerts that have joined another. */
bool sink_json_tells_joined(const void *state);

#endif
