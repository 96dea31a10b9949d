/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef POST_H
#define POST_H

#include "base/slice.h"

/*
 * JSON posted to a collector, by libcurl.  One of these belongs to one sink's
 * thread, which it blocks for at most POST_TIMEOUT seconds; the connection is
 * kept between posts.  Names are looked up only here, and only those that the
 * configuration holds.
 */

enum { POST_TIMEOUT = 10, POST_HEADERS = 4 };

struct post_setup {
	const char *url;   /* http:// or https:// */
	const char *ca;    /* file of certificates, or NULL: the system's */
	const char *user;  /* file that holds NAME:PASSWORD, or NULL */
	const char *token; /* file that holds a bearer token, or NULL */
};

struct post;

/* Everything is copied, files are read now.  NULL and errno set on failure. */
struct post *post_new(const struct post_setup *setup);
void post_free(struct post *p);

/* The first line of a file that holds a secret, at most `size' - 1 octets.  0
 * or -errno; a file others may read is refused with -EPERM, a longer line with
 * -EFBIG. */
int post_secret(const char *path, char *secret, size_t size);

/*
 * Post a body.  `headers' are whole lines ("Name: value"), ended by NULL, and
 * may be NULL.  The HTTP status, or -errno when none came.
 */
int post_send(struct post *p, struct slice body, const char *const *headers);

/* May it work another time?  Statuses of 5xx, 408 and 429 do, and so does
 * whatever has no status; other refusals do not. */
bool post_may_retry(int status);

#endif
