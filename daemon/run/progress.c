/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "host/wallclock.h"

static const nstime INTERVAL = 200 * NSTIME_MS;

void
progress_init(struct progress *p)
{
	*p = (struct progress){
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.terminal = isatty(STDERR_FILENO) == 1,
		.next = wallclock_monotonic() + INTERVAL,
	};
}

static void
draw(struct progress *p, uint64_t read, uint64_t total, uint64_t packets)
{
	const nstime now = wallclock_monotonic();

	if (now < p->next)
		return;
	p->next = now + INTERVAL;
	p->drawn = true;
	if (total == 0)
		fprintf(stderr, "\r\033[K%" PRIu64 " packets", packets);
	else
		fprintf(stderr, "\r\033[K%3.0f %%  %" PRIu64 " packets",
		    100.0 * (double)read / (double)total, packets);
	fflush(stderr);
}

void
progress_show(
    struct progress *p, uint64_t read, uint64_t total, uint64_t packets)
{
	if (!p->terminal)
		return;
	pthread_mutex_lock(&p->lock);
	draw(p, read, total, packets);
	pthread_mutex_unlock(&p->lock);
}

void
progress_erase(struct progress *p)
{
	pthread_mutex_lock(&p->lock);
	if (p->drawn) {
		p->drawn = false;
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	pthread_mutex_unlock(&p->lock);
}
