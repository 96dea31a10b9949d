/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/logstamp.h"

#include "witness/inner/clocktext.h"

enum { MOST_PRIORITY = 191, MOST_HOST = 255, HOUR_S = 3600, MINUTE_S = 60 };

/* "<165>1 " */
static void
skip_head(struct cursor *c)
{
	size_t digits;

	c->bad = !clocktext_is(c, '<');
	digits = slice_index(c->rest, '>');
	if (digits > 3)
		c->bad = true;
	clocktext_number(c, digits, 0, MOST_PRIORITY);
	if (!clocktext_is(c, '>') || !clocktext_is(c, '1') ||
	    !clocktext_is(c, ' '))
		c->bad = true;
}

/* Seconds east of UTC: "Z", "+01:00". */
static int64_t
read_zone(struct cursor *c)
{
	const uint8_t sign = cursor_u8(c);
	int64_t east;

	if (sign == 'Z')
		return 0;
	if (sign != '+' && sign != '-')
		c->bad = true;
	east = clocktext_number(c, 2, 0, 23) * HOUR_S;
	if (!clocktext_is(c, ':'))
		c->bad = true;
	east += clocktext_number(c, 2, 0, 59) * MINUTE_S;
	return sign == '-' ? -east : east;
}

bool
logstamp_parse(struct slice message, struct logstamp *stamp)
{
	struct cursor c = cursor_over(message);
	struct logstamp s;
	int64_t seconds;

	skip_head(&c);
	seconds = clocktext_day(&c, '-');
	if (!clocktext_is(&c, 'T'))
		c.bad = true;
	seconds += clocktext_time(&c, ':');
	s.time = clocktext_fraction(&c, &s.resolution);
	seconds -= read_zone(&c);
	if (!clocktext_is(&c, ' ') || c.bad)
		return false;
	s.time += seconds * NSTIME_S;
	s.host = slice_first(c.rest, slice_index(c.rest, ' '));
	if (s.host.len == 0 || s.host.len > MOST_HOST ||
	    s.host.len == c.rest.len)
		return false;
	*stamp = s;
	return true;
}

enum witness_answer
logstamp_read(struct slice datagram, struct witness_reading *reading)
{
	struct logstamp s;

	if (!logstamp_parse(datagram, &s))
		return WITNESS_FOREIGN;
	*reading = (struct witness_reading){
		.sender = { s.time, s.resolution },
		.speaker = { .passed_on = true, .name = s.host },
	};
	return WITNESS_TOLD;
}
