/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PROOF_H
#define PROOF_H

#include "findings/timeout.h"

/*
 * No alert without proof (DESIGN principle 3 and section 6): facts that show
 * that a requester did not get an answer either, and not just we.
 */

/*
 * Judge an EXPIRED, REVIEWED, RECOVERED or UNFINISHED outcome.  `usual_span' is
 * how long its sender is known to resend (habits.h).  Returns the name of the
 * proof and sets *verdict to TIMEOUT_TIMED_OUT, or returns NULL and sets
 * *verdict to the reason why it cannot be judged.  When a capture ends only a
 * proof by sight counts.
 */
const char *proof_find(const struct outcome *outcome,
    const struct delivery *delivery, nstime usual_span,
    enum timeout_verdict *verdict);

/* Whether `proof' rests on nothing having been lost. */
bool proof_by_absence(const char *proof);

/* "no_response", .. */
const char *proof_class_name(enum outcome_class class);

/* The evidence of a timeout, `e' anew. */
void proof_write(struct evidence *e, const struct outcome *outcome,
    const char *proof, const struct identity *identity);

#endif
