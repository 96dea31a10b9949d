/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/thread.h"

#include <signal.h>
#include <time.h>

int
thread_start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

void
thread_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

bool
thread_wait(pthread_cond_t *condition, pthread_mutex_t *lock, nstime monotonic)
{
	const struct timespec until = {
		.tv_sec = monotonic / NSTIME_S,
		.tv_nsec = monotonic % NSTIME_S,
	};

	return pthread_cond_timedwait(condition, lock, &until) == 0;
}
