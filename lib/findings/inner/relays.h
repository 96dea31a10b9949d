/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RELAYS_H
#define RELAYS_H

#include "base/nstime.h"
#include "net/endpoint.h"

/*
 * Refusals on their way from host to host: a proxy that got one passes it on
 * within Timer F, and is not the one that refused.
 */

enum { RELAYS_KEPT = 16 };

struct relays_refusal {
	uint64_t call; /* a hash, never 0 */
	unsigned status;
	struct address from, to;
	nstime now;
};

/* Embedded, zeroed at first; private. */
struct relays {
	struct relays_refusal latest[RELAYS_KEPT]; /* a ring */
	unsigned count;
};

/* True: it was just sent to `from', who passes it on. */
bool relays_add(struct relays *r, const struct relays_refusal *refusal);

/* It was added last. */
bool relays_is_latest(
    const struct relays *r, const struct relays_refusal *refusal);

#endif
