/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WITNESSTEXT_H
#define WITNESSTEXT_H

#include "alert/alert.h"

/* Sentences of these kinds, and what to call their subject. */

void witnesstext_zone_change(
    struct textbuf *t, const struct alert_event *event);
void witnesstext_zone_change_label(
    struct textbuf *t, const struct alert_event *event);
void witnesstext_witness_conflict(
    struct textbuf *t, const struct alert_event *event);
void witnesstext_witness_conflict_label(
    struct textbuf *t, const struct alert_event *event);
void witnesstext_stale_date(struct textbuf *t, const struct alert_event *event);
void witnesstext_stale_date_label(
    struct textbuf *t, const struct alert_event *event);

#endif
