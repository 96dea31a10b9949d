/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PARAM_H
#define PARAM_H

#include "base/slice.h"

/* The parameters of a header field's value: name=value or name="value" (RFC
 * 3261 section 25.1).  Names are the same in any case. */

/* Index of the first of `octets', one or two, outside quotes, or s.len. */
size_t param_unquoted(struct slice s, const char *octets);

/* Without the quotes around it, if there are any; not unescaped. */
struct slice param_unquote(struct slice s);

/* Take the next parameter off ";name=value;.."; the name may be empty. */
bool param_next(struct slice *params, struct slice *name, struct slice *value);

/* The value of that name in ";name=value;..", with its quotes; empty: none. */
struct slice param_value(struct slice params, const char *name);

/*
 * One parameter of a list separated by commas (challenges) or semicolons,
 * anywhere in a value.  False, and *found untouched: none has that name.
 * *found is without quotes, and not unescaped.
 */
bool param_find(
    struct slice value, char separator, const char *name, struct slice *found);

#endif
