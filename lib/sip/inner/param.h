/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PARAM_H
#define PARAM_H

#include "base/slice.h"

/*
 * One parameter of a header field's value, name=value or name="value", where
 * they are separated by commas (challenges, RFC 3261 section 25.1) or
 * semicolons.  False, and *found untouched: there is none of that name (any
 * case).  *found is without quotes, and not unescaped.
 */
bool param_find(
    struct slice value, char separator, const char *name, struct slice *found);

#endif
