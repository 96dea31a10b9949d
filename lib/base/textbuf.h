/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEXTBUF_H
#define TEXTBUF_H

#include "base/nstime.h"
#include "base/slice.h"

/*
 * Text built into a buffer of fixed size that the caller owns.  It is always
 * NUL-terminated, never overruns, and latches `truncated' when something did
 * not fit; the text is cut at the end of a UTF-8 character, and everything
 * after it is dropped.
 *
 * Octets off the wire go through textbuf_wire(): nothing else may put foreign
 * octets into a textbuf, since these texts reach terminals, logs and other
 * programs.
 */

struct textbuf {
	char *text;     /* borrowed, NUL-terminated */
	size_t len;     /* octets in it, without the NUL */
	size_t size;    /* octets there are, NUL included; at least 1 */
	bool truncated; /* something did not fit */
};

/* Begin an empty text in `store' of `size' octets (at least 1). */
void textbuf_init(struct textbuf *t, char *store, size_t size);

/* The text written so far, borrowed until the next write. */
struct slice textbuf_slice(const struct textbuf *t);

/* Text of our own: a literal, or what a textbuf made before. */
void textbuf_add(struct textbuf *t, const char *text);
void textbuf_add_slice(struct textbuf *t, struct slice text);

/* Octets from the wire: valid UTF-8 of printable characters passes; control
 * characters (C0, DEL, C1), line and paragraph separators, bidirectional
 * overrides and octets that are not UTF-8 become \xNN, octet by octet, and a
 * backslash becomes \\. */
void textbuf_wire(struct textbuf *t, struct slice octets);

void textbuf_uint(struct textbuf *t, uint64_t n);
void textbuf_int(struct textbuf *t, int64_t n);

/* Lower-case hexadecimal, `digits' wide (1 to 16), leading zeros kept. */
void textbuf_hex(struct textbuf *t, uint64_t n, unsigned digits);

/* Seconds with `decimals' digits (0 to 9) after the point, rounded half away
 * from zero: textbuf_seconds(t, -3600400 * NSTIME_MS, 1) is -3600.4. */
void textbuf_seconds(struct textbuf *t, nstime duration, unsigned decimals);

/* RFC 3339 in UTC with microseconds (cut, not rounded):
 * 2011-01-03T18:22:45.123456Z. */
void textbuf_time(struct textbuf *t, nstime wall);

/* The same of seconds since 1970, which reach further than nstime does: the
 * years 1 to 9999. */
void textbuf_time_s(struct textbuf *t, int64_t seconds);

/* Only the time of day: 18:22:07Z. */
void textbuf_time_of_day(struct textbuf *t, nstime wall);

#endif
