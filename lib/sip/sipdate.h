/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIPDATE_H
#define SIPDATE_H

#include "base/counter.h"
#include "base/nstime.h"
#include "base/slice.h"

/*
 * The Date header field (RFC 3261 section 20.17): the time by the sender's
 * clock.  RFC 1123's form is read exactly; the broken ones that real senders
 * make are read leniently, and each is counted by name.  Anything whose
 * meaning would have to be guessed (an unknown zone, a day that does not
 * exist) is garbage.
 */

/* The faults of a Date that could be read all the same. */
enum sipdate_form {
	SIPDATE_UTC,          /* UTC, UT or Z for GMT */
	SIPDATE_ZONE_CASE,    /* gmt, Gmt */
	SIPDATE_NAMED_ZONE,   /* EST, CEST, ..: applied */
	SIPDATE_NUMERIC_ZONE, /* +0000, -0500, GMT+1: applied */
	SIPDATE_NO_ZONE,      /* taken for GMT */
	SIPDATE_SHORT_DAY,    /* one digit */
	SIPDATE_SHORT_YEAR,   /* two digits (RFC 6265's century) or three (of
			       * a program that counts from 1900) */
	SIPDATE_RFC850,       /* Saturday, 13-Nov-10 */
	SIPDATE_ASCTIME,      /* Sat Nov 13 23:29:00 2010 */
	SIPDATE_LOCALIZED,    /* names of days or months in another language */
	SIPDATE_NO_WEEKDAY,
	SIPDATE_WRONG_WEEKDAY, /* not that of the date */
	SIPDATE_HOUR_24,       /* 24:00:00: the next day's midnight */
	SIPDATE_LEAP_SECOND,   /* :60: the next minute's first second */
	SIPDATE_ISO,           /* 2010-11-13T23:29:00Z, or with an offset */
	SIPDATE_LOCAL,  /* 2010-11-13T23:29:00, of a zone that is known */
	SIPDATE_LAYOUT, /* case, blanks, fractions, commas */
	SIPDATE_FORMS   /* how many there are */
};

struct sipdate {
	int64_t seconds; /* since 1970-01-01T00:00:00Z; years 1900 to 9999 */
	uint32_t forms;  /* bits 1 << enum sipdate_form; 0: RFC 1123's form */
};

struct sipdate_stats {
	uint64_t exact, garbage, out_of_range;
	uint64_t local; /* local time of an unknown zone: not read */
	/* Local time is of this zone, seconds east of UTC; set by the caller.
	 * GB/T 28181 devices write it so. */
	bool has_zone;
	int64_t zone;
	uint64_t forms[SIPDATE_FORMS];
};

/* False, and *date untouched, if the value is garbage.  Counted either way. */
bool sipdate_parse(
    struct slice value, struct sipdate *date, struct sipdate_stats *stats);

/* As a point in time.  False, and counted, beyond the years 1700 to 2250. */
bool sipdate_wall(
    const struct sipdate *date, nstime *wall, struct sipdate_stats *stats);

/* SIPDATE_LOCAL_TIME, SIPDATE_GARBAGE, sipdate.out_of_range, sipdate.utc, .. */
#define SIPDATE_LOCAL_TIME "sipdate.local_time"
#define SIPDATE_GARBAGE "sipdate.garbage"
void sipdate_stats_write(
    const struct sipdate_stats *stats, counter_output *output, void *arg);

#endif
