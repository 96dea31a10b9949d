/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef THREAD_H
#define THREAD_H

#include <pthread.h>
#include <stdbool.h>

#include "base/nstime.h"

/* Start a thread that no signal reaches: those are for the main thread.  0, or
 * -errno. */
int thread_start(pthread_t *thread, void *(*run)(void *), void *arg);

/* A condition whose waits end by the monotonic clock. */
void thread_condition(pthread_cond_t *condition);

/* Wait on it, `lock' being held, until `monotonic' at most.  False: that time
 * has come. */
bool thread_wait(
    pthread_cond_t *condition, pthread_mutex_t *lock, nstime monotonic);

#endif
