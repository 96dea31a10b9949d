/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HTTP_H
#define HTTP_H

#include <event2/event.h>

#include "config/access.h"
#include "monitor/ask.h"
#include "config/value.h"
#include "report/metrics.h"

/*
 * Resources served over HTTP, read only (DESIGN section 9):
 *
 *	/metrics		OpenMetrics 1.0 or the older text, by Accept
 *	/healthz /readyz	200, or 503 and why not
 *	/api/v1/QUESTION	the answer as JSON (see monitor/ask.h)
 *	/			the page, which asks the API
 *
 * Requests, headers, connections and idle times are bounded.  A Host header
 * that names neither an address nor a name of ours is refused: a page of
 * somebody else must not read this one through the operator's browser (DNS
 * rebinding).  A list of prefixes limits the clients; loopback and a Unix
 * socket always may ask.
 */

struct http;

enum { HTTP_ALLOWED = 64, HTTP_NAMES = 16 };

struct http_setup {
	struct event_base *base; /* borrowed */
	struct value_prefix allow[HTTP_ALLOWED];
	size_t allow_count;
	char names[HTTP_NAMES][ACCESS_NAME]; /* of ours, in lower case */
	size_t name_count;
	struct slice page; /* the document of "/", static */
	int others;        /* descriptors that other rooms may come to take */

	ask_answer *answer;
	void (*fill)(void *arg, struct metrics *m);
	/* Ready?  Else `why' holds the reason. */
	bool (*ready)(void *arg, struct textbuf *why);
	void *arg;
};

/* NULL when out of memory. */
struct http *http_new(const struct http_setup *setup);
void http_free(struct http *h);

/* Once a second: accept again where connections were too many. */
void http_tick(struct http *h);

/*
 * Serve on "ADDRESS:PORT", "[ADDRESS]:PORT" or "unix:PATH"; or on a socket
 * that listens already, which is taken over.  0 or -errno.
 */
int http_listen(struct http *h, const char *where);
int http_take(struct http *h, int listening);

#endif
