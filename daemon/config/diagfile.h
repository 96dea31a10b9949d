/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DIAGFILE_H
#define DIAGFILE_H

#include "findings/diagnostics.h"
#include "host/log.h"

/*
 * The meanings of diagnostic ids, as data: conf/diagnostics.conf, which is
 * built in, and a file of the operator that adds to it.
 */

struct diagfile {
	struct diagnostics_row *rows; /* owned, sorted by id */
	size_t count;
};

/* Only what is built in.  False when out of memory. */
bool diagfile_init(struct diagfile *d);
void diagfile_done(struct diagfile *d);

/* Add what a file has: all of it, or nothing.  0, or -errno after every error
 * has been logged with its line, what was found and what is accepted. */
int diagfile_read(struct diagfile *d, const char *path, const struct log *log);

#endif
