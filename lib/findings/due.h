/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DUE_H
#define DUE_H

#include "base/nstime.h"

#include <stdbool.h>

/* Names of nstime.h that the rooms not yet moved to it still use. */

static inline nstime
due_at(nstime since, nstime duration)
{
	return nstime_after(since, duration);
}

static inline bool
due_by(nstime since, nstime duration, nstime now)
{
	return nstime_passed(since, duration, now);
}

#endif
