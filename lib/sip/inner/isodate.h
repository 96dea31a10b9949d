/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ISODATE_H
#define ISODATE_H

#include "base/slice.h"

/*
 * Dates as ISO 8601 has them, which GB/T 28181 (surveillance cameras and their
 * servers) puts into the Date header field: 2011-01-03T18:22:00.100.  Without
 * a zone it is the local time of the site, of which nothing is known here.
 */

enum isodate {
	ISODATE_UTC,    /* it names its zone */
	ISODATE_LOCAL,  /* it names none */
	ISODATE_FOREIGN /* it is no such date */
};

/* *seconds since 1970, of the local time as if it were UTC where it names no
 * zone; untouched if ISODATE_FOREIGN. */
enum isodate isodate_parse(struct slice value, int64_t *seconds);

#endif
