/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/sipdate.h"

#include <assert.h>

/* Whatever is read lies within its years, and says what was wrong with it. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct sipdate_stats stats = { .garbage = 0 };
	struct sipdate date;
	nstime wall;

	if (!sipdate_parse(slice_of(octets, len), &date, &stats)) {
		assert(stats.garbage == 1);
		return 0;
	}
	/* A zone may move a date out of its year. */
	assert(date.seconds >= -2208988800 - 15 * 3600);
	assert(date.seconds <= 253402300800 + 15 * 3600);
	assert((date.forms == 0) == (stats.exact == 1));
	assert(date.forms >> SIPDATE_FORMS == 0);
	if (sipdate_wall(&date, &wall, &stats))
		assert(wall / NSTIME_S == date.seconds);
	return 0;
}
