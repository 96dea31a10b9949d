/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DUE_H
#define DUE_H

#include "base/nstime.h"

#include <stdbool.h>

/* Deadlines from times that a savefile may put anywhere: they saturate. */

static inline nstime
due_at(nstime since, nstime duration)
{
	nstime at;

	if (__builtin_add_overflow(since, duration, &at))
		return duration < 0 ? INT64_MIN : NSTIME_NEVER;
	return at;
}

static inline bool
due_by(nstime since, nstime duration, nstime now)
{
	return now >= due_at(since, duration);
}

#endif
