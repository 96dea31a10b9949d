/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "base/nstime.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * How far the savefiles are read: one line on stderr, if that is a terminal,
 * redrawn at most five times a second and gone at the end.  It may be drawn in
 * one thread and erased in another.
 */

struct progress {
	pthread_mutex_t lock;
	bool terminal;
	bool drawn;
	nstime next; /* not drawn again before this */
};

void progress_init(struct progress *p);

/* `total' octets: 0 if it cannot be known (a pipe). */
void progress_show(
    struct progress *p, uint64_t read, uint64_t total, uint64_t packets);

/* Before anything else is written to a terminal, and at the end. */
void progress_erase(struct progress *p);

#endif
