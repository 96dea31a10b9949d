/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef JSONVALUE_H
#define JSONVALUE_H

#include <jansson.h>

#include "base/nstime.h"
#include "base/slice.h"

/*
 * Values as every JSON output of siptimed writes them (DESIGN section 9).  All
 * are new and the caller's; NULL when out of memory.
 */

/* A text; one that is no UTF-8 is escaped. */
json_t *jsonvalue_text(struct slice text);

/* A count; INT64_MAX stands for all that are larger. */
json_t *jsonvalue_count(uint64_t n);

/* RFC 3339 in UTC with microseconds. */
json_t *jsonvalue_time(nstime wall);

/* A number of seconds, rounded to so many decimals (0 to 9). */
json_t *jsonvalue_seconds(nstime duration, unsigned decimals);

#endif
