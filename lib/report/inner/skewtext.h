/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SKEWTEXT_H
#define SKEWTEXT_H

#include "report/inner/kindtext.h"

/*
 * Wrong clocks in words: clock-skew and local-clock.
 */

/* clock of 10.0.0.11 (pool "fe-east") is 1 h behind: time zone or daylight
 * saving (-3600.4 s +/- 0.3 s); .. */
void skewtext_peer(struct textbuf *t, const struct alert_event *event);

/* clock of 10.0.0.11 (pool "fe-east"), 1 h behind */
void skewtext_peer_label(struct textbuf *t, const struct alert_event *event);

/* 4 of 5 hosts agree on a time that is 1 h behind this host's: .. */
void skewtext_local(struct textbuf *t, const struct alert_event *event);

void skewtext_local_label(struct textbuf *t, const struct alert_event *event);

extern const struct kindtext skewtext_clock_skew, skewtext_local_clock;

#endif
