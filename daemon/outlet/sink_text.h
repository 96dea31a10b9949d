/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SINK_TEXT_H
#define SINK_TEXT_H

#include <stdio.h>

#include "alert/alert.h"
#include "report/diagnosis.h"
#include "report/line.h"
#include "report/summary.h"

/* Room for a line and its time. */
enum { SINK_TEXT_OCTETS = LINE_OCTETS + 40 };

/* The line a person reads, after the time it happened; no line end. */
void sink_text_write(struct textbuf *t, const struct alert_event *event);

/* Alerts for people: a line each, after the time it happened; the
 * diagnosis, and the counts.  0, or -errno when it cannot be written. */
int sink_text_alert(FILE *out, const struct alert_event *event);
int sink_text_summary(FILE *out, const struct diagnosis *diagnosis,
    const struct summary *summary);

#endif
