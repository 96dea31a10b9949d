/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ASK_H
#define ASK_H

#include <jansson.h>

#include "base/textbuf.h"

/*
 * A question put to the daemon, over the control socket or HTTP, and its
 * answer: whoever brings questions knows nothing of the rooms that answer,
 * and the other way round.
 */

struct ask {
	const char *question;    /* "status", "alerts", .. */
	const json_t *arguments; /* an object, or NULL */
	bool may_change;         /* the asker may acknowledge and silence */
};

enum { ASK_ERROR = 256 };

/* The answer, which the caller owns; or NULL, and *error holds what was wrong
 * and what would be right. */
typedef json_t *ask_answer(
    void *arg, const struct ask *ask, struct textbuf *error);

#endif
