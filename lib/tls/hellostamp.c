/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/hellostamp.h"

#include "base/cursor.h"

enum {
	HANDSHAKE = 22, /* a record's type */
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
	LEAST_BODY = 34, /* version and random */
	SSL_MAJOR = 3,
	MOST_MINOR = 3 /* TLS 1.3 sends 1.2 here */
};

static bool
is_version(struct cursor *c)
{
	const uint8_t major = cursor_u8(c), minor = cursor_u8(c);

	return major == SSL_MAJOR && minor <= MOST_MINOR;
}

bool
hellostamp_read(struct slice segment, struct hellostamp *hello)
{
	struct cursor c = cursor_over(segment);
	const uint8_t record = cursor_u8(&c);
	const bool record_version = is_version(&c);
	const uint16_t record_len = cursor_u16(&c);
	const uint8_t type = cursor_u8(&c);
	const uint32_t len =
	    (uint32_t)cursor_u8(&c) << 16 | (uint32_t)cursor_u16(&c);
	const bool hello_version = is_version(&c);
	const uint32_t told = cursor_u32(&c);

	if (c.bad || record != HANDSHAKE || !record_version ||
	    record_len < 4 + LEAST_BODY || len < LEAST_BODY || !hello_version ||
	    told == 0 || (type != CLIENT_HELLO && type != SERVER_HELLO))
		return false;
	*hello = (struct hellostamp){
		.from_server = type == SERVER_HELLO,
		.told = told,
	};
	return true;
}
