/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hostile/streamfloods.h"

#include <stdio.h>
#include <string.h>

#include "hostile/hidden.h"
#include "script/der.h"

enum { SEGMENT = 1400 };

/* One connection as seen from outside. */
struct stream {
	struct crafted_port client, server;
	uint32_t client_next, server_next;
};

static void
say(struct crafted *c, struct stream *s, bool by_client, unsigned flags,
    const void *octets, size_t len)
{
	uint32_t *next = by_client ? &s->client_next : &s->server_next;

	crafted_tcp(c,
	    &(struct crafted_segment){
		.from = by_client ? s->client : s->server,
		.to = by_client ? s->server : s->client,
		.sequence = *next,
		.acknowledged = flags & CRAFTED_ACK
		    ? (by_client ? s->server_next : s->client_next)
		    : 0,
		.flags = flags,
		.octets = octets,
		.len = len,
	    });
	*next += (uint32_t)len + ((flags & CRAFTED_SYN) != 0);
}

static void
open_stream(struct crafted *c, struct stream *s, uint16_t port)
{
	*s = (struct stream){
		.client = crafted_client(c),
		.server = { crafted_anyone(c), port },
		.client_next = (uint32_t)crafted_chance(c),
		.server_next = (uint32_t)crafted_chance(c),
	};
	say(c, s, true, CRAFTED_SYN, NULL, 0);
	say(c, s, false, CRAFTED_SYN | CRAFTED_ACK, NULL, 0);
}

void
streamfloods_syns(struct crafted *c, uint64_t n)
{
	struct stream s = {
		.client = crafted_client(c),
		.server = { crafted_anyone(c), 5061 },
		.client_next = (uint32_t)crafted_chance(c),
	};

	if (n % 2 == 0)
		s.server.host = (struct crafted_host){ .v4 = 0xcb007101 };
	say(c, &s, true, CRAFTED_SYN, NULL, 0);
}

static void
refuse(struct crafted *c, struct stream *s)
{
	s->client_next = (uint32_t)crafted_chance(c);
	s->server_next = 0;
	say(c, s, true, CRAFTED_SYN, NULL, 0);
	say(c, s, false, CRAFTED_RST | CRAFTED_ACK, NULL, 0);
}

void
streamfloods_scans(struct crafted *c, uint64_t n)
{
	struct stream s = {
		.client = hidden_refused_client,
		.server = { crafted_anyone(c), 5061 },
	};

	s.client.port = (uint16_t)(1024 + n % 60000);
	refuse(c, &s);
}

void
streamfloods_refusals(struct crafted *c, uint64_t n)
{
	struct stream s = {
		.client = crafted_client(c),
		.server = { crafted_anyone(c), 5061 },
	};

	(void)n;
	for (int i = 0; i < 3; i++) {
		s.client.port++;
		refuse(c, &s);
	}
}

static void
hello(struct crafted *c, const uint8_t *head, size_t head_len, size_t len)
{
	uint8_t octets[512];
	struct stream s;

	memcpy(octets, head, head_len);
	for (size_t i = head_len; i < len; i++)
		octets[i] = (uint8_t)crafted_chance(c);
	open_stream(c, &s, 5061);
	say(c, &s, true, CRAFTED_PSH | CRAFTED_ACK, octets, len);
}

void
streamfloods_hellos(struct crafted *c, uint64_t n)
{
	static const uint8_t head[] = { 0x16, 3, 1, 0, 195, 1, 0, 0, 191, 3,
		3 };

	(void)n;
	hello(c, head, sizeof(head), 200);
}

void
streamfloods_half_hellos(struct crafted *c, uint64_t n)
{
	static const uint8_t head[] = { 0x16, 3, 1, 0x3f, 0xff, 1, 0, 0x3f,
		0xfb, 3, 3 };

	(void)n;
	hello(c, head, sizeof(head), 500);
}

/* The subject is as long in each, so the rest of the DER stays. */
static const uint8_t *
certificate(struct crafted *c, size_t *len)
{
	static struct octets made;
	static size_t at[2];
	static const char name[] = "0123456789abcdef.example.net";
	char digits[17];
	size_t found = 0;

	if (made.len == 0) {
		made = der_certificate(name, name, name, 0, NSTIME_S);
		for (size_t i = 0; i + 16 <= made.len && found < 2; i++)
			if (memcmp(made.p + i, name, 16) == 0)
				at[found++] = i;
	}
	snprintf(digits, sizeof(digits), "%016llx",
	    (unsigned long long)crafted_chance(c));
	memcpy(made.p + at[0], digits, 16);
	memcpy(made.p + at[1], digits, 16);
	*len = made.len;
	return made.p;
}

static void
put24(struct octets *o, size_t n)
{
	octets_u8(o, (unsigned)(n >> 16));
	octets_u16(o, n & 0xffff);
}

void
streamfloods_certificates(struct crafted *c, uint64_t n)
{
	static const uint8_t client[52] = { 0x16, 3, 1, 0, 47, 1, 0, 0, 43, 3,
		3, [45] = 2, 0, 0x2f, 1 };
	static const uint8_t server[47] = { 0x16, 3, 3, 0, 42, 2, 0, 0, 38, 3,
		3, [45] = 0x2f };
	static struct octets said;
	struct stream s;
	size_t len;
	const uint8_t *shown = certificate(c, &len);

	(void)n;
	said.len = 0;
	octets_slice(&said, (struct slice){ server, sizeof(server) });
	octets_u8(&said, 0x16);
	octets_u16(&said, 0x0303);
	octets_u16(&said, (unsigned)(len + 10));
	octets_u8(&said, 11);
	put24(&said, len + 6);
	put24(&said, len + 3);
	put24(&said, len);
	octets_slice(&said, (struct slice){ shown, len });
	open_stream(c, &s, 5061);
	say(c, &s, true, CRAFTED_PSH | CRAFTED_ACK, client, sizeof(client));
	for (size_t i = 0; i < said.len; i += SEGMENT)
		say(c, &s, false, CRAFTED_PSH | CRAFTED_ACK, said.p + i,
		    said.len - i < SEGMENT ? said.len - i : SEGMENT);
}

void
streamfloods_holes(struct crafted *c, uint64_t n)
{
	static const uint8_t octets[SEGMENT];
	struct stream s;

	(void)n;
	open_stream(c, &s, 5061);
	for (int i = 0; i < 10; i++) {
		s.client_next += 100;
		say(c, &s, true, CRAFTED_PSH | CRAFTED_ACK, octets, SEGMENT);
	}
}

void
streamfloods_halves(struct crafted *c, uint64_t n)
{
	struct stream s;

	(void)n;
	open_stream(c, &s, 5060);
	crafted_write(c,
	    "INVITE sip:b@example.net SIP/2.0\r\nVia: SIP/2.0/TCP "
	    "x;branch=z9hG4bK%llx\r\nContent-Length: 65000\r\n",
	    (unsigned long long)crafted_chance(c));
	memset(c->text + c->text_len, 'X', SEGMENT);
	for (int i = 0; i < 30; i++)
		say(c, &s, true, CRAFTED_PSH | CRAFTED_ACK,
		    c->text + (i == 0 ? 0 : c->text_len), SEGMENT);
}
