/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HINTS_H
#define HINTS_H

#include "host/log.h"
#include "report/watchhint.h"

/*
 * Log what a daemon watches, and once an hour what it sees and does not watch,
 * with the lines of configuration that would watch it.
 */

/* Embedded, zeroed at first.  Private: what was logged, and when (0: never). */
struct hints_topic {
	uint64_t count;
	nstime logged;
};

struct hints {
	struct hints_topic timeouts, unlisted;
};

/* At the start, and after a reload. */
void hints_watched(
    const struct watchhint_settings *settings, const struct log *log);

/* Often: `now' is monotonic.  A topic is logged again only if it grew. */
void hints_tick(struct hints *h, const struct watchhint_settings *settings,
    const struct unwatched *unwatched, const struct porttally *unlisted,
    nstime now, const struct log *log);

#endif
