/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DIAGNOSIS_H
#define DIAGNOSIS_H

#include "alert/alert.h"

/*
 * The answer after a savefile, in at most DIAGNOSIS_LINES lines that a person
 * can paste into a ticket: the gravest incident, or where there is none the
 * gravest alerts, and how many others there are.
 */

enum { DIAGNOSIS_LINES = 10 };

struct diagnosis;

/* NULL when out of memory; the caller frees it. */
struct diagnosis *diagnosis_new(void);
void diagnosis_free(struct diagnosis *d);

/* Every event, in order; copied.  Beyond a limit alerts are only counted. */
void diagnosis_input(struct diagnosis *d, const struct alert_event *event);

/* Record the present state of an alert; an alert never emitted is ignored. */
void diagnosis_update(struct diagnosis *d, const struct alert_event *event);

/* The lines, the last with its LF. */
void diagnosis_write(struct textbuf *t, const struct diagnosis *d);

#endif
