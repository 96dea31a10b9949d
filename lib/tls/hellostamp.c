/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/hellostamp.h"

#include "base/cursor.h"
#include "tls/inner/handshake.h"
#include "tls/inner/tlsrecord.h"

enum {
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
	const uint32_t len = cursor_u24(&c);
	const bool hello_version = is_version(&c);
	const uint32_t told = cursor_u32(&c);

	if (c.bad || record != TLSRECORD_HANDSHAKE || !record_version ||
	    record_len < HANDSHAKE_HEADER_OCTETS + LEAST_BODY ||
	    len < LEAST_BODY || !hello_version || told == 0 ||
	    (type != HANDSHAKE_CLIENT_HELLO && type != HANDSHAKE_SERVER_HELLO))
		return false;
	*hello = (struct hellostamp){
		.from_server = type == HANDSHAKE_SERVER_HELLO,
		.told = told,
	};
	return true;
}
