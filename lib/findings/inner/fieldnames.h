/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FIELDNAMES_H
#define FIELDNAMES_H

#include "base/slice.h"

/*
 * The names of evidence are static strings where evidence is made.  Where it
 * is loaded they come from a file, and this keeps them as long.
 */

enum { FIELDNAMES_MOST = 128, FIELDNAMES_OCTETS = 32 };

/* Embedded, zeroed at first; must not be moved. */
struct fieldnames {
	size_t count;                                   /* private */
	char names[FIELDNAMES_MOST][FIELDNAMES_OCTETS]; /* private */
};

/* The name as a string that stays.  NULL if none of ours looks like that, or
 * there are too many. */
const char *fieldnames_keep(struct fieldnames *f, struct slice name);

#endif
