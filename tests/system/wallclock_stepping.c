/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The place of daemon/wallclock.c in siptimed-stepping: our own clock, and
 * the stamps it gives to packets, are off by the seconds that stand in the
 * file $SIPTIMED_CLOCK_OFFSET names, and the stamps alone by those in that of
 * $SIPTIMED_CLOCK_STAMPS, as a capture card's clock may be.  Steps are looked for every 50 ms, since
 * nobody steps the clock of the machine for us.  By the seconds in the file
 * $SIPTIMED_CLOCK_AHEAD names all clocks are ahead, the monotonic one too: that
 * is time that passes at once, and no step.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "host/wallclock.h"

/* An empty file is one that is just being written: 0. */
static nstime
seconds_of(const char *variable)
{
	const char *path = getenv(variable);
	const int descriptor = path == NULL ? -1 : open(path, O_RDONLY);
	char text[32] = "";
	ssize_t len;

	if (descriptor < 0)
		return 0;
	len = read(descriptor, text, sizeof(text) - 1);
	close(descriptor);
	return len <= 0 ? 0 : strtoll(text, NULL, 10) * NSTIME_S;
}

static nstime
ahead(void)
{
	return seconds_of("SIPTIMED_CLOCK_AHEAD");
}

static nstime
offset(void)
{
	return seconds_of("SIPTIMED_CLOCK_OFFSET") + ahead();
}

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
	return read_clock(CLOCK_MONOTONIC) + ahead();
}

nstime
wallclock_realtime(void)
{
	return read_clock(CLOCK_REALTIME) + offset();
}

nstime
wallclock_offset(void)
{
	return wallclock_realtime() - wallclock_monotonic();
}

nstime
wallclock_stamp(int64_t seconds, int64_t fraction, nstime unit)
{
	return seconds * NSTIME_S + fraction * unit + offset() +
	    seconds_of("SIPTIMED_CLOCK_STAMPS");
}

enum ownclock
wallclock_state(void)
{
	return OWNCLOCK_TRUSTED;
}

int
wallclock_watch(void)
{
	const struct timespec often = { .tv_nsec = 50 * NSTIME_MS };
	const struct itimerspec interval = { often, often };
	const int descriptor =
	    timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	if (descriptor < 0 ||
	    timerfd_settime(descriptor, 0, &interval, NULL) == 0)
		return descriptor;
	close(descriptor);
	return -1;
}

void
wallclock_clear(int descriptor)
{
	uint64_t expirations;

	if (read(descriptor, &expirations, sizeof(expirations)) < 0)
		return; /* nothing to clear */
}
