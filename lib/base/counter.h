/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COUNTER_H
#define COUNTER_H

#include <stdint.h>

/*
 * How rooms tell what they dropped and why.  Every X_stats(x, output, arg)
 * calls `output' once for each of its reasons, zeros included, always in the
 * same order.  `name' is "room.reason" and static.
 */
typedef void counter_output(void *arg, const char *name, uint64_t value);

#endif
