/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CERTTEXT_H
#define CERTTEXT_H

#include "alert/alert.h"

/* Sentences of these kinds, and what to call their subject. */

void certtext_certificate(struct textbuf *t, const struct alert_event *event);
void certtext_certificate_label(
    struct textbuf *t, const struct alert_event *event);

#endif
