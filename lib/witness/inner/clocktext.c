/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/inner/clocktext.h"

#include "base/calendar.h"

unsigned
clocktext_number(struct cursor *c, size_t count, unsigned least, unsigned most)
{
	uint64_t value = 0;

	if (!slice_decimal(cursor_take(c, count), most, &value) ||
	    value < least)
		c->bad = true;
	return (unsigned)value;
}

bool
clocktext_is(struct cursor *c, uint8_t octet)
{
	if (c->bad || c->rest.len == 0 || c->rest.p[0] != octet)
		return false;
	cursor_take(c, 1);
	return true;
}

static void
separate(struct cursor *c, uint8_t between)
{
	if (between != 0 && !clocktext_is(c, between))
		c->bad = true;
}

int64_t
clocktext_day(struct cursor *c, uint8_t between)
{
	struct calendar_date date;

	date.year = clocktext_number(c, 4, 1700, 2200);
	separate(c, between);
	date.month = clocktext_number(c, 2, 1, 12);
	separate(c, between);
	date.day = clocktext_number(c, 2, 1, 31);
	if (c->bad || date.day > calendar_days_in(date.year, date.month)) {
		c->bad = true;
		return 0;
	}
	return calendar_days(date) * CALENDAR_DAY_S;
}

int64_t
clocktext_time(struct cursor *c, uint8_t between)
{
	int64_t seconds = clocktext_number(c, 2, 0, 23) * 3600;

	separate(c, between);
	seconds += clocktext_number(c, 2, 0, 59) * 60;
	separate(c, between);
	return seconds + clocktext_number(c, 2, 0, 60);
}

nstime
clocktext_fraction(struct cursor *c, nstime *unit)
{
	nstime fraction = 0;

	*unit = NSTIME_S;
	if (!clocktext_is(c, '.'))
		return 0;
	while (!c->bad && c->rest.len > 0 && c->rest.p[0] >= '0' &&
	    c->rest.p[0] <= '9') {
		const uint8_t digit = cursor_u8(c) - '0';

		if (*unit == 1)
			continue; /* finer than anybody's clock */
		*unit /= 10;
		fraction += digit * *unit;
	}
	c->bad = c->bad || *unit == NSTIME_S;
	return fraction;
}
