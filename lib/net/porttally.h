/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PORTTALLY_H
#define PORTTALLY_H

#include <stddef.h>
#include <stdint.h>

/*
 * How often something was seen on ports that nobody listed: the first so many
 * ports by number, all further ones together.  Embedded, zeroed at first; read
 * it.
 */

enum { PORTTALLY_MOST = 32 };

struct porttally_entry {
	uint16_t port;
	uint64_t count;
};

struct porttally {
	size_t count;
	struct porttally_entry entries[PORTTALLY_MOST]; /* sorted by port */
	uint64_t others;                                /* on further ports */
};

void porttally_add(struct porttally *tally, uint16_t port, uint64_t count);

/* All of it, further ports included. */
uint64_t porttally_sum(const struct porttally *tally);

#endif
