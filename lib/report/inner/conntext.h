/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONNTEXT_H
#define CONNTEXT_H

#include "alert/alert.h"

/* Sentences of these kinds, and what to call their subject. */

void conntext_connection_failure(
    struct textbuf *t, const struct alert_event *event);
void conntext_connection_failure_label(
    struct textbuf *t, const struct alert_event *event);
void conntext_silent_peer(struct textbuf *t, const struct alert_event *event);
void conntext_silent_peer_label(
    struct textbuf *t, const struct alert_event *event);

#endif
