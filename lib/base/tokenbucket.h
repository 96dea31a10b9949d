/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TOKENBUCKET_H
#define TOKENBUCKET_H

#include "base/nstime.h"

#include <stdbool.h>

/*
 * A token bucket: `rate' tokens a second flow in, at most `burst' are kept,
 * and it starts full.  Embedded; time comes in and never runs backwards (an
 * earlier `now' adds nothing).
 */

struct tokenbucket {
	nstime interval; /* private: time one token takes to flow in */
	nstime capacity; /* private: burst, as time */
	nstime credit;   /* private: tokens at hand, as time */
	nstime last;     /* private */
};

/* rate and burst at least 1, burst at most 1,000,000. */
void tokenbucket_init(
    struct tokenbucket *b, unsigned rate, unsigned burst, nstime now);

/* Take one token.  False: there is none. */
bool tokenbucket_take(struct tokenbucket *b, nstime now);

/* When the next token can be taken: `now' or later. */
nstime tokenbucket_ready(const struct tokenbucket *b, nstime now);

#endif
