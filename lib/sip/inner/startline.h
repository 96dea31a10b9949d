/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STARTLINE_H
#define STARTLINE_H

#include "base/slice.h"

/*
 * Request and status lines (RFC 3261 sections 7.1, 7.2), recognized among
 * other octets.  Nothing here knows a list of methods.
 */

#define STARTLINE_VERSION "SIP/2.0"
#define STARTLINE_VERSION_LEN (sizeof(STARTLINE_VERSION) - 1)

/* Longer lines are not taken for start lines. */
#define STARTLINE_LONGEST 4096

/* Is the line, with or without its line end, a start line? */
bool startline_is(struct slice line);

/* Can what begins so, and may go on, be one? */
bool startline_may_begin(struct slice octets);

enum startline_verdict {
	STARTLINE_YES,
	STARTLINE_NO,
	STARTLINE_MORE /* it is cut off where it would be decided */
};

/*
 * Is the SIP/2.0 at `version' part of a start line?  YES: it begins at
 * *begin, and is complete if it is a request's.  It need not begin a line,
 * since a body before it may end without line end; then the method is taken
 * to be the upper case letters before the URI.
 */
enum startline_verdict startline_around(
    struct slice octets, size_t version, size_t *begin);

/* Where the line begins that contains the octet at `at'. */
size_t startline_line(struct slice octets, size_t at);

#endif
