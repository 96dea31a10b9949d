/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCRIPT_LINES_H
#define SCRIPT_LINES_H

#include <stddef.h>

/* The lines of a script, without comments and empty ones. */

/* One, and the "| ..." lines under it. */
struct line {
	unsigned number;
	const char *text;
	size_t details;
	const char *detail[64];
};

struct lines {
	const char *path;
	size_t count;
	struct line *line;
};

void lines_read(struct lines *l, const char *path);

/* The text with %n, %nn and %nnn as `turn', the number of a repetition. */
const char *lines_with_turn(unsigned long turn, const char *text);

#endif
