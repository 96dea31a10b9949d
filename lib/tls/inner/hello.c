/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/hello.h"

#include "base/cursor.h"

enum {
	EXTENSION_SERVER_NAME = 0,
	EXTENSION_ENCRYPT_THEN_MAC = 22,
	EXTENSION_EXTENDED_MASTER_SECRET = 23,
	EXTENSION_SESSION_TICKET = 35,
	EXTENSION_PRE_SHARED_KEY = 41,
	EXTENSION_EARLY_DATA = 42,
	EXTENSION_SUPPORTED_VERSIONS = 43,
	RANDOM_OCTETS = 32,
	SNI_HOST_NAME = 0,
	TLS_1_3 = 0x0304
};

/* A ServerHello with this random is a HelloRetryRequest (RFC 8446 section
 * 4.1.3): SHA-256 of "HelloRetryRequest". */
static const uint8_t retry_random[RANDOM_OCTETS] = { 0xcf, 0x21, 0xad, 0x74,
	0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2,
	0xc8, 0xa8, 0x33, 0x9c };

bool
hello_is_tls13(uint16_t version)
{
	/* IETF drafts are 0x7f00 and the draft's number, Facebook's 0xfb... */
	return version == TLS_1_3 || version >> 8 == 0x7f ||
	    version >> 8 == 0xfb;
}

/* GREASE (RFC 8701) and what is newer than we know are no versions. */
static bool
is_version(uint16_t version)
{
	return (version >= 0x0300 && version <= TLS_1_3) ||
	    hello_is_tls13(version);
}

/* Drafts rank below the real thing, and above TLS 1.2. */
static bool
is_higher(uint16_t version, uint16_t than)
{
	if (hello_is_tls13(version) && hello_is_tls13(than))
		return version == TLS_1_3 ||
		    (than != TLS_1_3 && version > than);
	return hello_is_tls13(version) ||
	    (!hello_is_tls13(than) && version > than);
}

static void
offered_versions(struct slice data, struct hello *hello)
{
	struct cursor c = cursor_over(data);
	struct cursor list = cursor_over(cursor_take(&c, cursor_u8(&c)));
	uint16_t highest = 0;

	while (!list.bad && list.rest.len > 0) {
		const uint16_t version = cursor_u16(&list);

		if (is_version(version) &&
		    (highest == 0 || is_higher(version, highest)))
			highest = version;
	}
	if (highest != 0)
		hello->version = highest;
}

static void
chosen_version(struct slice data, struct hello *hello)
{
	struct cursor c = cursor_over(data);
	const uint16_t version = cursor_u16(&c);

	if (!c.bad)
		hello->version = version;
}

static void
server_name(struct slice data, struct hello *hello)
{
	struct cursor c = cursor_over(data);
	struct cursor list = cursor_over(cursor_take(&c, cursor_u16(&c)));
	const uint8_t type = cursor_u8(&list);
	const struct slice name = cursor_take(&list, cursor_u16(&list));

	if (!list.bad && type == SNI_HOST_NAME)
		hello->sni = name;
}

static void
client_extension(uint16_t type, struct slice data, struct hello *hello)
{
	if (type == EXTENSION_SERVER_NAME)
		server_name(data, hello);
	else if (type == EXTENSION_SUPPORTED_VERSIONS)
		offered_versions(data, hello);
	else if (type == EXTENSION_SESSION_TICKET)
		hello->ticket = data;
	else if (type == EXTENSION_EARLY_DATA)
		hello->early_data = true;
}

static void
server_extension(uint16_t type, struct slice data, struct hello *hello)
{
	if (type == EXTENSION_SUPPORTED_VERSIONS)
		chosen_version(data, hello);
	else if (type == EXTENSION_PRE_SHARED_KEY)
		hello->psk = true;
	else if (type == EXTENSION_EXTENDED_MASTER_SECRET)
		hello->extended_master = true;
	else if (type == EXTENSION_ENCRYPT_THEN_MAC)
		hello->encrypt_then_mac = true;
}

/* SSLv3 has none; a list that is cut short is read as far as it goes. */
static void
extensions(struct cursor *c,
    void (*input)(uint16_t type, struct slice data, struct hello *hello),
    struct hello *hello)
{
	struct cursor list;

	if (c->bad || c->rest.len == 0)
		return;
	list = cursor_over(cursor_take(c, cursor_u16(c)));
	while (!list.bad && list.rest.len > 0) {
		const uint16_t type = cursor_u16(&list);
		const struct slice data = cursor_take(&list, cursor_u16(&list));

		if (!list.bad)
			input(type, data, hello);
	}
}

/* The fields both hellos begin with. */
static struct hello
beginning(struct cursor *c)
{
	struct hello hello = { .version = cursor_u16(c) };
	struct cursor time;

	hello.random = cursor_take(c, RANDOM_OCTETS);
	hello.session_id = cursor_take(c, cursor_u8(c));
	time = cursor_over(hello.random);
	hello.time = cursor_u32(&time);
	return hello;
}

bool
hello_client(struct slice body, struct hello *hello)
{
	struct cursor c = cursor_over(body);
	struct hello read = beginning(&c);

	cursor_take(&c, cursor_u16(&c)); /* cipher suites */
	cursor_take(&c, cursor_u8(&c));  /* compression methods */
	if (c.bad || read.version >> 8 != 3)
		return false;
	extensions(&c, client_extension, &read);
	*hello = read;
	return true;
}

bool
hello_server(struct slice body, struct hello *hello)
{
	struct cursor c = cursor_over(body);
	struct hello read = { .version = 0 };

	/* Drafts of TLS 1.3 up to 21 had no session id there, and no
	 * compression method. */
	if (body.len > 0 && body.p[0] == 0x7f) {
		read.version = cursor_u16(&c);
		read.random = cursor_take(&c, RANDOM_OCTETS);
		read.cipher = cursor_u16(&c);
	} else {
		read = beginning(&c);
		read.cipher = cursor_u16(&c);
		read.compressed = cursor_u8(&c) != 0;
	}
	if (c.bad || (read.version >> 8 != 3 && read.version >> 8 != 0x7f))
		return false;
	extensions(&c, server_extension, &read);
	read.retry = slice_equal(
	    read.random, slice_of(retry_random, sizeof(retry_random)));
	*hello = read;
	return true;
}
