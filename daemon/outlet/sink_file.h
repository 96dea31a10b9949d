/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SINK_FILE_H
#define SINK_FILE_H

#include "outlet/sink.h"

/*
 * A sink that appends lines to a file: JSON lines for programs, or text lines
 * after their time for people.  A line stands in the file whole or not at
 * all, also when the disk is full.
 */

struct sink_file_setup {
	const char *path; /* copied; NULL: standard output */
	bool json;
	size_t limit;
	unsigned rate;
};

/* NULL and errno set if the file cannot be opened, or no memory. */
struct sink *sink_file_new(const struct sink_file_setup *setup);

#endif
