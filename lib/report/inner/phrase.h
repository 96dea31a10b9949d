/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHRASE_H
#define PHRASE_H

#include "alert/alert.h"

/*
 * The small parts sentences are made of.
 */

/* A value, cut short with "..." where it would crowd out the sentence. */
void phrase_value(struct textbuf *t, struct slice value);

/* A text field's value likewise, or `otherwise' if there is none. */
void phrase_field(struct textbuf *t, const struct evidence *e, const char *name,
    const char *otherwise);

/* A field of seconds without its sign: "34.0 s".  False, and nothing
 * written, if there is none. */
bool phrase_seconds(
    struct textbuf *t, const struct evidence *e, const char *name);

/* "1 sample", "41 samples": an s is added unless `n' is one. */
void phrase_count(struct textbuf *t, uint64_t n, const char *noun);

/* "; since 18:22:07Z" */
void phrase_since(struct textbuf *t, nstime wall);

/* A duration as people say it: 34.0 s, 21 min 4 s, 5 h 30 min, 2 d 3 h. */
void phrase_span(struct textbuf *t, nstime duration);

/* How long a trouble lasted that is over: from `since' (wall), when it began,
 * which is before it was raised. */
void phrase_lasted(
    struct textbuf *t, nstime since, const struct alert_event *event);

/* How far a clock is off, without its sign: 40.2 s, 2 min 17 s, 1 h,
 * 5 h 30 min, 3 days, 1 year, 41 years. */
void phrase_offset(struct textbuf *t, nstime offset);

/* A witness of a clock as people call it: "ntp" is NTP. */
void phrase_witness(struct textbuf *t, struct slice name);

#endif
