/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WALLCLOCK_H
#define WALLCLOCK_H

#include "base/nstime.h"

/* The only reader of clocks.  Nothing that is judged in a savefile asks it. */

/* CLOCK_MONOTONIC. */
nstime wallclock_monotonic(void);

#endif
