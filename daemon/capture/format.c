/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/format.h"

#define YEAR_2100 UINT32_C(4102444800)

bool
format_stamp(uint32_t seconds, int64_t fraction, nstime *wall)
{
	if (seconds >= YEAR_2100 || fraction < 0 || fraction >= NSTIME_S)
		return false;
	*wall = seconds * NSTIME_S + fraction;
	return true;
}
