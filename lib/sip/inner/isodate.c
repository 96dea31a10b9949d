/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/isodate.h"

#include "base/calendar.h"
#include "base/cursor.h"

/* As many digits; anything else makes the cursor bad. */
static unsigned
number(struct cursor *c, unsigned digits)
{
	unsigned n = 0;

	for (unsigned i = 0; i < digits; i++) {
		const unsigned digit = cursor_u8(c) - (unsigned)'0';

		c->bad = c->bad || digit > 9;
		n = n * 10 + digit % 10;
	}
	return n;
}

static void
expect(struct cursor *c, uint8_t octet)
{
	c->bad = cursor_u8(c) != octet || c->bad;
}

static int64_t
date_of(struct cursor *c)
{
	struct calendar_date date = { .year = number(c, 4) };

	expect(c, '-');
	date.month = number(c, 2);
	expect(c, '-');
	date.day = number(c, 2);
	if (c->bad || date.year < 1900 || date.month < 1 || date.month > 12 ||
	    date.day < 1 ||
	    date.day > calendar_days_in(date.year, date.month)) {
		c->bad = true;
		return 0;
	}
	return calendar_days(date) * CALENDAR_DAY_S;
}

static int64_t
time_of(struct cursor *c)
{
	const unsigned hour = number(c, 2);
	unsigned minute, second;

	expect(c, ':');
	minute = number(c, 2);
	expect(c, ':');
	second = number(c, 2);
	c->bad = c->bad || hour > 23 || minute > 59 || second > 59;
	return (int64_t)hour * 3600 + minute * 60 + second;
}

static bool
next_is(const struct cursor *c, const char *any)
{
	return c->rest.len > 0 && strchr(any, c->rest.p[0]) != NULL &&
	    c->rest.p[0] != '\0';
}

static void
skip_fraction(struct cursor *c)
{
	if (!next_is(c, ".,"))
		return;
	cursor_take(c, 1);
	number(c, 1);
	while (next_is(c, "0123456789"))
		cursor_take(c, 1);
}

/* Z, +08:00, +0800, +08: seconds east of UTC. */
static int64_t
zone_of(struct cursor *c)
{
	const uint8_t sign = cursor_u8(c);
	int64_t east;

	if (sign == 'Z' || sign == 'z')
		return 0;
	east = (int64_t)number(c, 2) * 3600;
	if (next_is(c, ":"))
		cursor_take(c, 1);
	if (c->rest.len > 0)
		east += (int64_t)number(c, 2) * 60;
	c->bad = c->bad || (sign != '+' && sign != '-');
	return sign == '-' ? -east : east;
}

enum isodate
isodate_parse(struct slice value, int64_t *seconds)
{
	struct cursor c = cursor_over(slice_trim(value));
	int64_t local = date_of(&c);
	bool has_zone;

	c.bad = c.bad || !next_is(&c, "Tt ");
	cursor_take(&c, 1);
	local += time_of(&c);
	skip_fraction(&c);
	has_zone = c.rest.len > 0;
	if (has_zone)
		local -= zone_of(&c);
	if (c.bad || c.rest.len > 0)
		return ISODATE_FOREIGN;
	*seconds = local;
	return has_zone ? ISODATE_UTC : ISODATE_LOCAL;
}
