/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WALLCLOCK_H
#define WALLCLOCK_H

#include "base/nstime.h"
#include "clock/ownclock.h"

/* The only reader of clocks.  No verdict about a savefile depends on it. */

/* CLOCK_MONOTONIC. */
nstime wallclock_monotonic(void);

/* CLOCK_REALTIME: for the times we print, never for verdicts. */
nstime wallclock_realtime(void);

/* CLOCK_REALTIME less CLOCK_MONOTONIC: changes when our clock is stepped. */
nstime wallclock_offset(void);

/* The stamp of a captured packet: `fraction' counts `unit' nanoseconds. */
nstime wallclock_stamp(int64_t seconds, int64_t fraction, nstime unit);

/* The state of our clock by adjtimex(2); unknown on EPERM (a sandbox). */
enum ownclock wallclock_state(void);

/*
 * A descriptor that becomes readable when our clock is stepped, or -1 and
 * errno; wallclock_clear() makes it wait for the next step.
 */
int wallclock_watch(void);
void wallclock_clear(int descriptor);

#endif
