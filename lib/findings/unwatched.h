/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNWATCHED_H
#define UNWATCHED_H

#include "base/slice.h"
#include "net/porttally.h"

/*
 * Transactions that timed out with proof, but are not watched by
 * configuration: no alert is raised, so they are counted by the server's port,
 * and their methods are remembered.  Embedded, zeroed at first; read it.
 */

enum { UNWATCHED_METHODS = 8, UNWATCHED_NAME = 32 };

struct unwatched {
	struct porttally ports;
	size_t method_count;
	char methods[UNWATCHED_METHODS][UNWATCHED_NAME];
};

/* A method that is too long, no plain token, or one too many is left out. */
void unwatched_timed_out(
    struct unwatched *u, uint16_t port, struct slice method);

#endif
