/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef INCIDENTTEXT_H
#define INCIDENTTEXT_H

#include "report/inner/kindtext.h"

/* Incidents in words. */
extern const struct kindtext incidenttext_incident;

/* The same in a few lines for a ticket: what, since when, what it breaks, what
 * came first, what supports it, what is open, what would prove it, what to do.
 * Returns how many lines. */
unsigned incidenttext_explain(
    struct textbuf *t, const struct alert_event *event);

#endif
