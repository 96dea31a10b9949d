/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CTLALERT_H
#define CTLALERT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* How alerts look on a terminal: what and since when, in words, what to do,
 * and the file of the packets that prove it. */

void ctlalert_print(const json_t *alert, FILE *out);

/* `brief': without what to do.  `none' is said of an empty list. */
void ctlalert_list(
    const json_t *alerts, bool brief, const char *none, FILE *out);

#endif
