/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNWATCHED_H
#define UNWATCHED_H

#include "base/slice.h"
#include "net/porttally.h"

/*
 * Transactions that timed out with proof, but are not watched by
 * configuration: no alert is raised, so they are counted by the server's port,
 * and their methods are remembered.  Timeouts that are watched only for lack of
 * a configuration are counted too.  Embedded, zeroed at first; read it.
 */

enum { UNWATCHED_METHODS = 8, UNWATCHED_NAME = 32 };

struct unwatched {
	struct porttally ports;
	struct porttally unconfigured; /* watched, at no server's port */
	size_t method_count;
	char methods[UNWATCHED_METHODS][UNWATCHED_NAME];
};

/* Ports that clients take are left out: no configuration would watch them.  A
 * method that is too long, no plain token, or one too many is left out.
 */
void unwatched_timed_out(
    struct unwatched *u, uint16_t port, struct slice method);

void unwatched_unconfigured(struct unwatched *u, uint16_t port);

#endif
