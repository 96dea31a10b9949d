/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/endpoint.h"

#include <arpa/inet.h>

struct address
endpoint_address(struct slice octets)
{
	struct address a = { .version = 0 };

	/* Once or twice a packet: copies of known size need no call. */
	if (octets.len == 4) {
		a.version = 4;
		memcpy(a.octets, octets.p, 4);
	} else if (octets.len == 16) {
		a.version = 6;
		memcpy(a.octets, octets.p, 16);
	}
	return a;
}

struct address
endpoint_unmapped(struct address a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (a.version != 6 || memcmp(a.octets, mapped, sizeof(mapped)) != 0)
		return a;
	return endpoint_address(slice_of(a.octets + sizeof(mapped), 4));
}

int
endpoint_compare(const struct endpoint *a, const struct endpoint *b)
{
	const int by_address = memcmp(
	    a->address.octets, b->address.octets, sizeof(a->address.octets));

	if (a->address.version != b->address.version)
		return a->address.version < b->address.version ? -1 : 1;
	if (by_address != 0)
		return by_address;
	return (int)a->port - (int)b->port;
}

uint64_t
endpoint_hash(const struct lru *l, const struct endpoint *endpoint)
{
	return lru_hash(
		   l, slice_of(&endpoint->address, sizeof(endpoint->address))) +
	    endpoint->port;
}

void
endpoint_address_write(struct textbuf *t, const struct address *a)
{
	char text[INET6_ADDRSTRLEN];
	const int family = a->version == 6 ? AF_INET6 : AF_INET;

	if (a->version == 0 ||
	    inet_ntop(family, a->octets, text, sizeof(text)) == NULL)
		textbuf_add(t, "?");
	else
		textbuf_add(t, text);
}

void
endpoint_write(struct textbuf *t, const struct endpoint *e)
{
	const bool bracketed = e->address.version == 6;

	if (bracketed)
		textbuf_add(t, "[");
	endpoint_address_write(t, &e->address);
	textbuf_add(t, bracketed ? "]:" : ":");
	textbuf_uint(t, e->port);
}

bool
endpoint_address_parse(struct slice text, struct address *a)
{
	char copy[INET6_ADDRSTRLEN];
	uint8_t octets[16];

	if (text.len == 0 || text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.p, text.len);
	copy[text.len] = '\0';
	if (inet_pton(AF_INET, copy, octets) == 1)
		*a = endpoint_address(slice_of(octets, 4));
	else if (inet_pton(AF_INET6, copy, octets) == 1)
		*a = endpoint_address(slice_of(octets, 16));
	else
		return false;
	return true;
}

bool
endpoint_parse(struct slice text, struct endpoint *e)
{
	const bool bracketed = slice_starts_with(text, "[");
	const size_t close = slice_index(text, ']');
	struct slice address = text, port = slice_of(NULL, 0);
	struct endpoint parsed = { .port = 0 };
	uint64_t number = 0;

	if (bracketed) {
		address = slice_between(text, 1, close);
		port = slice_after(text, close + 1);
	} else if (slice_index(text, '.') < slice_index(text, ':')) {
		address = slice_first(text, slice_index(text, ':'));
		port = slice_after(text, address.len);
	}
	if ((bracketed && close == text.len) ||
	    !endpoint_address_parse(address, &parsed.address))
		return false;
	if (port.len > 0 &&
	    (port.p[0] != ':' ||
		!slice_decimal(slice_after(port, 1), UINT16_MAX, &number)))
		return false;
	parsed.port = (uint16_t)number;
	*e = parsed;
	return true;
}

void
endpoint_address_save(struct record *r, const struct address *a)
{
	record_u8(r, a->version);
	record_octets(r, slice_of(a->octets, a->version == 4 ? 4 : 16));
}

struct address
endpoint_address_load(struct cursor *c)
{
	const uint8_t version = cursor_u8(c);

	if (version != 4 && version != 6)
		c->bad = true;
	return endpoint_address(cursor_take(c, version == 4 ? 4 : 16));
}

void
endpoint_save(struct record *r, const struct endpoint *e)
{
	endpoint_address_save(r, &e->address);
	record_number(r, e->port, 2);
}

struct endpoint
endpoint_load(struct cursor *c)
{
	const struct address address = endpoint_address_load(c);

	return (struct endpoint){
		.address = address,
		.port = cursor_le16(c),
	};
}
