/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CLOCKTEXT_H
#define CLOCKTEXT_H

#include "base/cursor.h"
#include "base/nstime.h"

/*
 * Dates and times in digits, as GeneralizedTime (X.680) and RFC 3339 write
 * them.  What is not there, or is no date, makes the cursor bad.
 */

/* A number of so many digits, from `least' to `most'. */
unsigned clocktext_number(
    struct cursor *c, size_t count, unsigned least, unsigned most);

/* Year, month and day, hour, minute and second, each two with that octet in
 * between (0: none); as seconds since 1970, or since midnight.  The years are
 * those that nstime holds. */
int64_t clocktext_day(struct cursor *c, uint8_t between);
int64_t clocktext_time(struct cursor *c, uint8_t between);

/* The digits behind a dot, if there is one; *unit is what the last of them
 * counts, 1 s if there are none. */
nstime clocktext_fraction(struct cursor *c, nstime *unit);

/* True, and it is taken, where this octet comes next. */
bool clocktext_is(struct cursor *c, uint8_t octet);

#endif
