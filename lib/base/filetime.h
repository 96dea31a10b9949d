/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FILETIME_H
#define FILETIME_H

#include <stdbool.h>

#include "base/nstime.h"

/*
 * FILETIME, the clock of Windows' protocols (MS-DTYP 2.3.3): intervals of 100
 * ns since 1601-01-01.  False, and *time untouched: it is zero, which means
 * "unknown", or beyond the range of nstime.
 */
static inline bool
filetime_read(uint64_t filetime, nstime *time)
{
	const int64_t unix_epoch = 116444736000000000;
	nstime t;

	if (filetime == 0 || filetime > INT64_MAX ||
	    __builtin_mul_overflow((int64_t)filetime - unix_epoch, 100, &t))
		return false;
	*time = t;
	return true;
}

#endif
