/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CALENDAR_H
#define CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The Gregorian calendar, carried back before its beginning: dates to days
 * and back, for the years 1 to 9999.  Day 0 is 1970-01-01.
 *
 * Years are counted from March, so that the leap day is a year's last: the
 * months from March have 31 30 31 30 31 31 30 31 30 31 31 days, which is what
 * (153 * m + 2) / 5 adds up.
 */

enum { CALENDAR_DAY_S = 86400 };

struct calendar_date {
	unsigned year, month, day; /* month and day from 1 */
};

static inline int64_t
calendar_days(struct calendar_date date)
{
	const bool early = date.month <= 2;
	const unsigned y = early ? date.year - 1 : date.year;
	const unsigned m = early ? date.month + 9 : date.month - 3;

	return (int64_t)365 * y + y / 4 - y / 100 + y / 400 +
	    (153 * m + 2) / 5 + date.day - 1 - 719468;
}

static inline unsigned
calendar_days_in(unsigned year, unsigned month)
{
	const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (month == 2)
		return leap ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static inline struct calendar_date
calendar_date(int64_t days)
{
	const uint32_t since_march_0 = (uint32_t)(days + 719468);
	const uint32_t era = since_march_0 / 146097;
	const uint32_t d = since_march_0 % 146097;
	const uint32_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	const uint32_t in_year = d - (365 * y + y / 4 - y / 100);
	const uint32_t m = (5 * in_year + 2) / 153;

	return (struct calendar_date){
		.year = era * 400 + y + (m >= 10),
		.month = m < 10 ? m + 3 : m - 9,
		.day = in_year - (153 * m + 2) / 5 + 1,
	};
}

/* 0 is Sunday. */
static inline unsigned
calendar_weekday(int64_t days)
{
	return (unsigned)((days + 719468 + 3) % 7);
}

#endif
