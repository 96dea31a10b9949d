/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WALLCLOCK_H
#define WALLCLOCK_H

#include "base/nstime.h"
#include "clock/ownclock.h"

/* The only reader of clocks.  Nothing that is judged in a savefile asks it. */

/* CLOCK_MONOTONIC. */
nstime wallclock_monotonic(void);

/* CLOCK_REALTIME: for what we say, never for what we judge. */
nstime wallclock_realtime(void);

/* CLOCK_REALTIME less CLOCK_MONOTONIC: changes when our clock is stepped. */
nstime wallclock_offset(void);

/* The stamp of a captured packet: `fraction' counts `unit' nanoseconds. */
nstime wallclock_stamp(int64_t seconds, int64_t fraction, nstime unit);

/* What adjtimex(2) says; EPERM (a sandbox) means unknown. */
enum ownclock wallclock_state(void);

/*
 * A descriptor that becomes readable when our clock is stepped, or -1 and
 * errno; wallclock_clear() makes it wait for the next step.
 */
int wallclock_watch(void);
void wallclock_clear(int descriptor);

#endif
