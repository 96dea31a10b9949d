/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NOTHING_H
#define NOTHING_H

#include "report/summary.h"

/*
 * A capture without a message, nearly all of which fell into one counter: what
 * that means, and what to do.  False: it is not like that.
 */
bool nothing_write(struct textbuf *t, const struct summary *summary);

#endif
