/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RECENT_H
#define RECENT_H

#include <jansson.h>

#include "alert/alert.h"

/*
 * The alerts emitted lately, as the objects that JSON sinks have: the newest of
 * RECENT_MOST.  They do not survive a restart; the sinks have them.
 */

enum { RECENT_MOST = 200 };

struct recent;

/* NULL when out of memory; the caller frees it. */
struct recent *recent_new(void);
void recent_free(struct recent *r);

/* The event as a line of JSON, which is kept and borrowed until the next one;
 * NULL when out of memory. */
const char *recent_add(struct recent *r, const struct alert_event *event);

/* An array, the newest first, at most `most' of them.  The caller owns it;
 * NULL when out of memory. */
json_t *recent_list(const struct recent *r, size_t most);

#endif
