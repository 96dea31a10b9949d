/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SINK_JSON_H
#define SINK_JSON_H

#include <stdio.h>

#include "alert/alert.h"
#include "report/summary.h"

/* Alerts and the summary for programs: one JSON object per line.  0, or
 * -errno when it cannot be written. */
int sink_json_alert(FILE *out, const struct alert_event *event);
int sink_json_summary(FILE *out, const struct summary *summary);

#endif
