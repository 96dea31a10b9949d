/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/nstime.h"

#include <stdlib.h>

static int
compare(const void *a, const void *b)
{
	const nstime x = *(const nstime *)a, y = *(const nstime *)b;

	return x < y ? -1 : x > y;
}

nstime
nstime_middle(nstime *times, size_t count)
{
	qsort(times, count, sizeof(times[0]), compare);
	return times[count / 2];
}
