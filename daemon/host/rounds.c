/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/rounds.h"

#include <stddef.h>

void
rounds_init(struct rounds *r)
{
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->free, NULL);
	atomic_init(&r->asked, 0);
}

void
rounds_done(struct rounds *r)
{
	pthread_cond_destroy(&r->free);
	pthread_mutex_destroy(&r->lock);
}

void
rounds_begin(struct rounds *r)
{
	pthread_mutex_lock(&r->lock);
	while (atomic_load(&r->asked) > 0)
		pthread_cond_wait(&r->free, &r->lock);
}

void
rounds_end(struct rounds *r)
{
	pthread_mutex_unlock(&r->lock);
}

void
rounds_pause(struct rounds *r, void (*meanwhile)(void *arg), void *arg)
{
	atomic_fetch_add(&r->asked, 1);
	if (meanwhile == NULL)
		pthread_mutex_lock(&r->lock);
	else
		while (pthread_mutex_trylock(&r->lock) != 0)
			meanwhile(arg);
	atomic_fetch_sub(&r->asked, 1);
}

void
rounds_go_on(struct rounds *r)
{
	pthread_cond_signal(&r->free);
	pthread_mutex_unlock(&r->lock);
}
