/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SENTENCE_H
#define SENTENCE_H

#include "alert/alert.h"

/*
 * The event in words, from the evidence alone.  Values from the wire are shown
 * shortened; the JSON line has them whole.
 */

/* The trouble of a raised or refreshed alert. */
void sentence_trouble(struct textbuf *t, const struct alert_event *event);

/* The length of a resolved one, how often it was, and why it is over. */
void sentence_over(struct textbuf *t, const struct alert_event *event);

#endif
