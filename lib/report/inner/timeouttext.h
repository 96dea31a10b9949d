/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TIMEOUTTEXT_H
#define TIMEOUTTEXT_H

#include "report/inner/kindtext.h"

/* The texts about transactions without an answer. */

extern const struct kindtext timeouttext_timeout;
extern const struct kindtext timeouttext_slow;

#endif
