/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLOODS_H
#define FLOODS_H

#include "hostile/crafted.h"

/* The kinds of hostile traffic. */
struct flood {
	const char *name;
	/* Sends some packets; `n' counts the calls. */
	void (*act)(struct crafted *c, uint64_t n);
};

extern const struct flood floods[];
extern const size_t flood_count;

#endif
