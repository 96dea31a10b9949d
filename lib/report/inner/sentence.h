/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SENTENCE_H
#define SENTENCE_H

#include "alert/alert.h"

/*
 * What happened, in words, from the evidence alone.  Values from the wire are
 * shown shortened; the whole of them stands in the JSON line.
 */

/* The trouble of a raised or refreshed alert. */
void sentence_trouble(struct textbuf *t, const struct alert_event *event);

/* How long a resolved one lasted, how often, and why it is over. */
void sentence_over(struct textbuf *t, const struct alert_event *event);

#endif
