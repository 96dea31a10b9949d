/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/sipdate.h"

#include "base/calendar.h"
#include "sip/inner/isodate.h"
#include "sip/inner/laxdate.h"

enum { EXACT_OCTETS = 29 }; /* Sat, 13 Nov 2010 23:29:00 GMT */

/* Two digits; what is none sets bits in *bad. */
static inline unsigned
two(const uint8_t *p, unsigned *bad)
{
	const unsigned tens = p[0] - (unsigned)'0';
	const unsigned ones = p[1] - (unsigned)'0';

	*bad |= (tens > 9) | (ones > 9);
	return tens * 10 + ones;
}

/* RFC 1123's form with nothing wrong at all: every field has its place, so
 * there is nothing to search for. */
static bool
parse_exact(struct slice value, int64_t *seconds)
{
	const uint8_t *p = value.p;
	unsigned bad = 0;
	unsigned day, month, year, hour, minute, second;
	int64_t days;

	if (value.len != EXACT_OCTETS || memcmp(p + 25, " GMT", 4) != 0)
		return false;
	if (p[3] != ',' || p[4] != ' ' || p[7] != ' ' || p[11] != ' ' ||
	    p[16] != ' ' || p[19] != ':' || p[22] != ':')
		return false;
	day = two(p + 5, &bad);
	month = laxdate_month(laxdate_three(p + 8));
	year = two(p + 12, &bad) * 100 + two(p + 14, &bad);
	hour = two(p + 17, &bad);
	minute = two(p + 20, &bad);
	second = two(p + 23, &bad);
	if (bad || month == 0 || year < 1900 || day < 1 ||
	    day > calendar_days_in(year, month))
		return false;
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	days = calendar_days((struct calendar_date){ year, month, day });
	if (laxdate_weekday(laxdate_three(p)) != (int)calendar_weekday(days))
		return false;
	*seconds = days * CALENDAR_DAY_S + hour * 3600 + minute * 60 + second;
	return true;
}

/* Parses a date in neither the exact nor the ISO form. */
static bool
parse_lax(struct slice value, struct sipdate *date, struct sipdate_stats *stats)
{
	switch (isodate_parse(value, &date->seconds)) {
	case ISODATE_UTC:
		date->forms = 1u << SIPDATE_ISO;
		return true;
	case ISODATE_LOCAL:
		if (!stats->has_zone) {
			stats->local++;
			return false;
		}
		date->seconds -= stats->zone;
		date->forms = 1u << SIPDATE_LOCAL;
		return true;
	case ISODATE_FOREIGN:
		break;
	}
	if (laxdate_parse(value, &date->seconds, &date->forms))
		return true;
	stats->garbage++;
	return false;
}

bool
sipdate_parse(
    struct slice value, struct sipdate *date, struct sipdate_stats *stats)
{
	struct sipdate read = { .forms = 0 };

	if (parse_exact(value, &read.seconds)) {
		stats->exact++;
		*date = read;
		return true;
	}
	if (!parse_lax(value, &read, stats))
		return false;
	for (unsigned form = 0; form < SIPDATE_FORMS; form++)
		stats->forms[form] += read.forms >> form & 1;
	*date = read;
	return true;
}

bool
sipdate_wall(
    const struct sipdate *date, nstime *wall, struct sipdate_stats *stats)
{
	/* 1700-01-01 and 2250-01-01. */
	if (date->seconds < -8520336000 || date->seconds >= 8835955200) {
		stats->out_of_range++;
		return false;
	}
	*wall = date->seconds * NSTIME_S;
	return true;
}

void
sipdate_stats_write(
    const struct sipdate_stats *stats, counter_output *output, void *arg)
{
	static const char *const names[SIPDATE_FORMS] = {
		[SIPDATE_UTC] = "sipdate.utc",
		[SIPDATE_ZONE_CASE] = "sipdate.zone_case",
		[SIPDATE_NAMED_ZONE] = "sipdate.named_zone",
		[SIPDATE_NUMERIC_ZONE] = "sipdate.numeric_zone",
		[SIPDATE_NO_ZONE] = "sipdate.no_zone",
		[SIPDATE_SHORT_DAY] = "sipdate.short_day",
		[SIPDATE_SHORT_YEAR] = "sipdate.short_year",
		[SIPDATE_RFC850] = "sipdate.rfc850",
		[SIPDATE_ASCTIME] = "sipdate.asctime",
		[SIPDATE_LOCALIZED] = "sipdate.localized",
		[SIPDATE_NO_WEEKDAY] = "sipdate.no_weekday",
		[SIPDATE_WRONG_WEEKDAY] = "sipdate.wrong_weekday",
		[SIPDATE_HOUR_24] = "sipdate.hour_24",
		[SIPDATE_LEAP_SECOND] = "sipdate.leap_second",
		[SIPDATE_LOCAL] = "sipdate.local_zone",
		[SIPDATE_ISO] = "sipdate.iso",
		[SIPDATE_LAYOUT] = "sipdate.layout",
	};

	output(arg, COUNTER_EVENT, SIPDATE_LOCAL_TIME, stats->local);
	output(arg, COUNTER_EVENT, SIPDATE_GARBAGE, stats->garbage);
	output(arg, COUNTER_EVENT, "sipdate.out_of_range", stats->out_of_range);
	for (unsigned form = 0; form < SIPDATE_FORMS; form++)
		output(arg, COUNTER_EVENT, names[form], stats->forms[form]);
}
