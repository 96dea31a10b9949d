/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ALIGNMENT_H
#define ALIGNMENT_H

#include "clock/align.h"
#include "host/log.h"

/*
 * Whether the clocks of several savefiles fit together, found out before they
 * are judged: the files are read once more for that, up to a million packets.
 */

struct alignment {
	bool differs;                      /* at least one pair does */
	nstime corrections[ALIGN_SOURCES]; /* to be taken from the stamps of
					    * each file; 0 beyond those */
	struct align *align;               /* what was found */
};

struct alignment_files {
	const char *const *paths; /* in the order of their sources, no pipes */
	size_t count;
	int user0; /* as in savefile_open() */
};

/* 0, or -errno when nothing could be found out, which is no error of the
 * files. */
int alignment_find(struct alignment *a, const struct alignment_files *files,
    const struct log *log);
void alignment_done(struct alignment *a);

/* The file that the clock of file `second' is to be compared with.  False:
 * there is none, or it does not differ; else *pair is of first and second. */
bool alignment_differs(const struct alignment *a, unsigned second,
    unsigned *first, struct align_pair *pair);

#endif
