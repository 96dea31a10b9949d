/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PORTSET_H
#define PORTSET_H

#include <stdbool.h>
#include <stdint.h>

/* A set of ports, asked once or twice per packet: one bit each.  Zero it to
 * make it empty. */
struct portset {
	uint64_t bits[65536 / 64];
};

static inline void
portset_add(struct portset *set, uint16_t port)
{
	set->bits[port / 64] |= UINT64_C(1) << port % 64;
}

static inline bool
portset_has(const struct portset *set, uint16_t port)
{
	return (set->bits[port / 64] >> port % 64 & 1) != 0;
}

/* Add all of `other'. */
static inline void
portset_join(struct portset *set, const struct portset *other)
{
	for (unsigned i = 0; i < 65536 / 64; i++)
		set->bits[i] |= other->bits[i];
}

#endif
