/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/snmp.h"

#include "base/calendar.h"
#include "witness/inner/ber.h"

enum {
	VERSION_2C = 1,
	VERSION_3 = 3,
	RESPONSE = BER_CONTEXT | 2,
	DATE_AND_TIME = 11, /* octets, with a zone */
	DECI = 10
};

/* 1.3.6.1.2.1.25.1.2.0 */
static const char system_date[] = "\x2b\x06\x01\x02\x01\x19\x01\x02";
enum { SYSTEM_DATE = sizeof(system_date) }; /* its NUL is the last number */

static unsigned
within(struct cursor *c, unsigned least, unsigned most)
{
	const unsigned value = cursor_u8(c);

	c->bad = c->bad || value < least || value > most;
	return value;
}

/* RFC 2579; a leap second is 60. */
static bool
read_date(struct slice octets, struct snmp *snmp)
{
	struct cursor c = cursor_over(octets);
	struct calendar_date date = { .year = cursor_u16(&c) };
	int64_t seconds;
	unsigned tenths, zone;
	uint8_t sign;

	date.month = within(&c, 1, 12);
	date.day = within(&c, 1, 31);
	seconds = within(&c, 0, 23) * 3600;
	seconds += within(&c, 0, 59) * 60;
	seconds += within(&c, 0, 60);
	tenths = within(&c, 0, DECI - 1);
	sign = cursor_u8(&c);
	zone = within(&c, 0, 14) * 60;
	zone += within(&c, 0, 59);
	if (c.bad || octets.len != DATE_AND_TIME || date.year < 1700 ||
	    date.year > 2200 || (sign != '+' && sign != '-') ||
	    date.day > calendar_days_in(date.year, date.month))
		return false;
	snmp->zone = sign == '-' ? -(int)zone : (int)zone;
	seconds += calendar_days(date) * CALENDAR_DAY_S - snmp->zone * 60;
	snmp->time = seconds * NSTIME_S + tenths * (NSTIME_S / DECI);
	/* Net-SNMP always says 0. */
	snmp->resolution = tenths == 0 ? NSTIME_S : NSTIME_S / DECI;
	return true;
}

/* The PDU of any version; bad where it is encrypted. */
static struct cursor
find_pdu(struct slice datagram)
{
	struct cursor outer = cursor_over(datagram);
	struct cursor c = ber_into(&outer, BER_SEQUENCE);
	const int64_t version = ber_integer(&c);

	if (version == VERSION_3) {
		ber_take(&c, BER_SEQUENCE); /* its head */
		ber_take(&c, BER_OCTETS);   /* security */
		c = ber_into(&c, BER_SEQUENCE);
		ber_take(&c, BER_OCTETS); /* which agent */
	} else if (version > VERSION_2C) {
		c.bad = true;
	}
	ber_take(&c, BER_OCTETS); /* community, or context */
	return ber_into(&c, RESPONSE);
}

bool
snmp_parse(struct slice datagram, struct snmp *snmp)
{
	struct cursor c = find_pdu(datagram);
	struct cursor all;

	for (unsigned i = 0; i < 3; i++)
		ber_integer(&c); /* number and two of errors */
	all = ber_into(&c, BER_SEQUENCE);
	while (!all.bad && all.rest.len > 0) {
		struct cursor one = ber_into(&all, BER_SEQUENCE);
		const struct slice name = ber_take(&one, BER_OBJECT);

		if (slice_equal(name, slice_of(system_date, SYSTEM_DATE)))
			return read_date(ber_take(&one, BER_OCTETS), snmp);
	}
	return false;
}

enum witness_answer
snmp_read(struct slice datagram, struct witness_reading *reading)
{
	struct snmp s;

	if (!snmp_parse(datagram, &s))
		return WITNESS_FOREIGN;
	*reading = (struct witness_reading){
		.sender = { s.time, s.resolution },
		.has_zone = true,
		.zone = s.zone,
	};
	return WITNESS_TOLD;
}
