/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/wallclock.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

/* Trusted when synchronised and surely within this (DESIGN section 7). */
enum { TRUSTED_US = 1000000 };

static nstime
read_clock(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (nstime)ts.tv_sec * NSTIME_S + ts.tv_nsec;
}

nstime
wallclock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

nstime
wallclock_realtime(void)
{
	return read_clock(CLOCK_REALTIME);
}

/* Read between two readings of the other: we may be interrupted. */
nstime
wallclock_offset(void)
{
	const nstime before = read_clock(CLOCK_MONOTONIC);
	const nstime wall = read_clock(CLOCK_REALTIME);
	const nstime after = read_clock(CLOCK_MONOTONIC);

	return wall - (before + (after - before) / 2);
}

nstime
wallclock_stamp(int64_t seconds, int64_t fraction, nstime unit)
{
	return seconds * NSTIME_S + fraction * unit;
}

enum ownclock
wallclock_state(void)
{
	struct timex timex = { .modes = 0 };
	const int state = adjtimex(&timex);

	if (state < 0)
		return OWNCLOCK_UNKNOWN;
	if (state == TIME_ERROR || (timex.status & STA_UNSYNC) != 0 ||
	    timex.maxerror >= TRUSTED_US)
		return OWNCLOCK_UNSYNCHRONISED;
	return OWNCLOCK_TRUSTED;
}

/* A timer that never fires, but is cancelled when CLOCK_REALTIME is set. */
static int
arm(int descriptor)
{
	const struct itimerspec never = {
		.it_value = { .tv_sec = (time_t)INT32_MAX * 4 },
	};

	return timerfd_settime(descriptor,
	    TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
}

int
wallclock_watch(void)
{
	const int descriptor =
	    timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);

	if (descriptor < 0 || arm(descriptor) == 0)
		return descriptor;
	close(descriptor);
	return -1;
}

void
wallclock_clear(int descriptor)
{
	uint64_t expirations;

	/* ECANCELED: the clock was set. Then the timer must be armed anew. */
	if (read(descriptor, &expirations, sizeof(expirations)) < 0 &&
	    errno == ECANCELED)
		arm(descriptor);
}
