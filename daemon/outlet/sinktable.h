/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SINKTABLE_H
#define SINKTABLE_H

#include "outlet/sink.h"

/*
 * The kinds of sinks that [alerts] sinks may name, a row each.  A new kind is
 * one row, its words in SINKTABLE_ACCEPTED, and its own file.
 */

#define SINKTABLE_ACCEPTED                                                     \
	"auto, or some of journal syslog stdout json:/FILE exec:/PROGRAM"
#define SINKTABLE_AUTOMATIC "auto"

struct sinktable_row {
	const char *word; /* as it is configured */
	/* How the argument after "WORD:" begins; NULL: it takes none. */
	const char *argument;
	struct sink *(*open)(const struct sink_setup *setup);
	const char *needs; /* what has to be there, for people */
};

/* The row for one item of [alerts] sinks, and its argument. NULL: there is no
 * such sink, or it was named without its argument. */
const struct sinktable_row *sinktable_find(
    struct slice item, struct slice *argument);

/* The meaning of "auto" on this machine: journal where journald is, else
 * syslog. */
const char *sinktable_automatic(void);

/* Is it a word of [alerts] sinks? */
bool sinktable_accepts(struct slice item);

#endif
