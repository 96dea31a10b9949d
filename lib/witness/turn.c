/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/turn.h"

#include "base/cursor.h"

enum {
	REQUEST_MASK = 0xc110, /* no response, no indication, and STUN */
	USERNAME = 0x0006,
	TRANSACTION = 12, /* octets of its number */
	WORD = 4
};

#define COOKIE 0x2112a442

/* 2000 to 2100; a port or a counter is none. */
#define EARLIEST 946684800
#define LATEST 4102444800

static bool
read_name(struct slice name, nstime *end)
{
	const size_t colon = slice_index(name, ':');
	uint64_t seconds;

	if (colon == name.len ||
	    !slice_decimal(slice_first(name, colon), LATEST, &seconds) ||
	    seconds < EARLIEST)
		return false;
	*end = (nstime)seconds * NSTIME_S;
	return true;
}

bool
turn_parse(struct slice datagram, nstime *end)
{
	struct cursor c = cursor_over(datagram);
	const uint16_t type = cursor_u16(&c);
	const size_t len = cursor_u16(&c);
	const uint32_t cookie = cursor_u32(&c);

	cursor_take(&c, TRANSACTION);
	if (c.bad || (type & REQUEST_MASK) != 0 || cookie != COOKIE ||
	    len != c.rest.len)
		return false;
	while (c.rest.len > 0 && !c.bad) {
		const uint16_t attribute = cursor_u16(&c);
		const size_t octets = cursor_u16(&c);
		const struct slice value = cursor_take(&c, octets);

		cursor_take(&c, (WORD - octets % WORD) % WORD);
		if (attribute == USERNAME && !c.bad)
			return read_name(value, end);
	}
	return false;
}

enum witness_answer
turn_read(struct slice datagram, struct witness_reading *reading)
{
	nstime end;

	if (!turn_parse(datagram, &end))
		return WITNESS_FOREIGN;
	*reading = (struct witness_reading){
		.receiver = { end, NSTIME_S },
		.unproven = true,
		.behind = true,
	};
	return WITNESS_TOLD;
}
