/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHAPE_H
#define SHAPE_H

#include "clock/offset.h"

/*
 * Classify an offset: 3,600.4 s is no drift but a time zone (DESIGN section 7,
 * DOMAIN section 2.6).
 */

enum shape_kind {
	SHAPE_NONE,         /* nothing is wrong: less than 2 s */
	SHAPE_EPOCH,        /* the clock counts from where it starts without
			     * a battery: 1970, 2000, .. */
	SHAPE_GPS_WEEK,     /* 1,024 or 2,048 weeks */
	SHAPE_DATE_SWAPPED, /* day and month */
	SHAPE_YEAR,         /* the same day of another year */
	SHAPE_DAYS,         /* whole days */
	SHAPE_TIMEZONE,     /* quarters of an hour, up to 26 hours */
	SHAPE_DST,          /* exactly one hour */
	SHAPE_TAI,          /* 37 s (TAI) or 18 s (GPS): leap seconds */
	SHAPE_DRIFT,        /* it grows */
	SHAPE_OFFSET,       /* none of these */
	SHAPE_KINDS         /* how many there are */
};

struct shape {
	enum shape_kind kind;
	bool has_units;
	int64_t units_thousandths; /* TIMEZONE, DST: hours; DAYS: days;
				    * DRIFT: seconds a day; GPS_WEEK: weeks.
				    * Positive: ahead */
};

/* The first shape that fits.  `wall' is a time at which the clock was that
 * far off. */
struct shape shape_of(const struct offset_estimate *estimate, nstime wall);

/* "timezone", "dst", ..; empty for SHAPE_NONE. */
const char *shape_name(enum shape_kind kind);

#endif
