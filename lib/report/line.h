/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LINE_H
#define LINE_H

#include "alert/alert.h"

/*
 * Alerts as people read them: one line of at most LINE_OCTETS, valid
 * UTF-8, no control characters (DESIGN section 9):
 *
 *	KIND STATE: summary; advice
 */

enum { LINE_OCTETS = 900 };

/* The whole line, without a line end. */
void line_write(struct textbuf *t, const struct alert_event *event);

/* The summary alone: what JSON calls "summary". */
void line_summary(struct textbuf *t, const struct alert_event *event);

#endif
