/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PCAPNGTIME_H
#define PCAPNGTIME_H

#include <stdbool.h>

#include "base/nstime.h"

/* How an interface of a pcapng file counts time. */
struct pcapngtime {
	uint8_t resolution; /* if_tsresol: 10^-n s, or 2^-n with the top bit */
	int64_t offset;     /* if_tsoffset: seconds on top */
};

/* Microseconds, from the epoch. */
static const struct pcapngtime pcapngtime_default = { .resolution = 6 };

/* False, *wall untouched: before 1970, from 2200 on, or finer than 64 bits can
 * hold a second of. */
bool pcapngtime_read(
    const struct pcapngtime *clock, uint64_t units, nstime *wall);

#endif
