/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef JSONEVIDENCE_H
#define JSONEVIDENCE_H

#include <jansson.h>

#include "findings/finding.h"

/* The evidence of an alert as a JSON object, and parts of it.  All are new and
 * the caller's; NULL when out of memory. */
json_t *jsonevidence(const struct evidence *e);

/* An array of items that are joined by commas, each made by `item_of'. */
json_t *jsonevidence_list(
    struct slice joined, json_t *(*item_of)(struct slice));

#endif
