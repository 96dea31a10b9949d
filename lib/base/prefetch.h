/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PREFETCH_H
#define PREFETCH_H

/*
 * Memory that will soon be read or written, to be brought near meanwhile.
 *
 * gcc 12 takes a function that does nothing else for one without effect, and
 * drops its calls; with link-time optimization it drops those of all its
 * callers.  The empty statement keeps them.
 */
#define PREFETCH_KEPT __asm__ volatile("")

static inline void
prefetch_read(const void *at)
{
	__builtin_prefetch(at);
	PREFETCH_KEPT;
}

static inline void
prefetch_write(const void *at)
{
	__builtin_prefetch(at, 1);
	PREFETCH_KEPT;
}

#endif
