/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wallclock.h"

#include <time.h>

nstime
wallclock_monotonic(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (nstime)ts.tv_sec * NSTIME_S + ts.tv_nsec;
}
