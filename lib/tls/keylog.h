/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KEYLOG_H
#define KEYLOG_H

#include "base/slice.h"

/*
 * Key logs in NSS's format (SSLKEYLOGFILE), read as they grow: lines cut from
 * octets, and what one line holds.
 */

enum {
	KEYLOG_RANDOM = 32,
	KEYLOG_SECRET = 48, /* the longest */
	KEYLOG_LINE = 256   /* longer ones are none of ours */
};

enum keylog_label {
	KEYLOG_MASTER,           /* CLIENT_RANDOM, up to TLS 1.2 */
	KEYLOG_CLIENT_HANDSHAKE, /* the others are of TLS 1.3 */
	KEYLOG_SERVER_HANDSHAKE,
	KEYLOG_CLIENT_TRAFFIC, /* the first generation */
	KEYLOG_SERVER_TRAFFIC,
	KEYLOG_LABELS
};

struct keylog_line {
	enum keylog_label label;
	uint8_t random[KEYLOG_RANDOM]; /* the client's */
	uint8_t secret[KEYLOG_SECRET];
	uint8_t secret_len;
};

enum keylog_answer {
	KEYLOG_FOUND,
	KEYLOG_NOTHING,  /* a comment, a blank line, a secret of no use here */
	KEYLOG_MALFORMED /* no line of a key log */
};

/* The line is without its end.  *found is touched by KEYLOG_FOUND only. */
enum keylog_answer keylog_parse(struct slice line, struct keylog_line *found);

/* The unfinished line of one source.  Embedded, zeroed at first; wipe it. */
struct keylog_lines {
	uint8_t held[KEYLOG_LINE];
	size_t len;
};

/*
 * Cut the next line off *octets; it is borrowed until the next call.  False:
 * *octets is used up, and what is left of it is held.  A line that is too long
 * comes as its first KEYLOG_LINE octets.
 */
bool keylog_next(
    struct keylog_lines *lines, struct slice *octets, struct slice *line);

/* Returns the last line, not ended by a newline, where no more will come; may
 * be empty. */
struct slice keylog_rest(struct keylog_lines *lines);

#endif
