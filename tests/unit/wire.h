/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIRE_H
#define WIRE_H

#include "unit.h"

/*
 * Packets for tests, built from the inside out: begin with a payload, then
 * put one header after the other in front.  Lengths are filled in, checksums
 * are not (nobody verifies them).
 *
 *	wire_begin(&w, "hello");
 *	wire_udp(&w, 5060, 5062);
 *	wire_ipv4(&w, 17, 1, 0);
 *	wire_hex(&w, ETHERNET_IPV4);
 */

#define ETHERNET_IPV4 "020000000002 020000000001 0800"
#define ETHERNET_IPV6 "020000000002 020000000001 86dd"

struct wire {
	uint8_t room[70000];
	size_t begin;
};

static inline struct slice
wire_slice(const struct wire *w)
{
	return slice_of(w->room + w->begin, sizeof(w->room) - w->begin);
}

static inline void
wire_front(struct wire *w, struct slice octets)
{
	ck_assert_uint_le(octets.len, w->begin);
	w->begin -= octets.len;
	memcpy(w->room + w->begin, octets.p, octets.len);
}

static inline void
wire_begin(struct wire *w, const char *payload)
{
	w->begin = sizeof(w->room);
	wire_front(w, slice_text(payload));
}

/* Begin with `len' octets that count up from `first'. */
static inline void
wire_begin_count(struct wire *w, size_t len, uint8_t first)
{
	w->begin = sizeof(w->room) - len;
	for (size_t i = 0; i < len; i++)
		w->room[w->begin + i] = (uint8_t)(first + i);
}

/* Blanks are skipped. */
static inline void
wire_hex(struct wire *w, const char *hex)
{
	uint8_t octets[256];
	size_t digits = 0;

	memset(octets, 0, sizeof(octets));
	for (; *hex != '\0'; hex++) {
		const char *const all = "0123456789abcdef";

		if (*hex == ' ')
			continue;
		octets[digits / 2] = (uint8_t)(octets[digits / 2] << 4 |
		    (strchr(all, *hex) - all));
		digits++;
	}
	wire_front(w, slice_of(octets, digits / 2));
}

static inline void
wire_number(struct wire *w, uint64_t n, size_t octets)
{
	for (size_t i = 0; i < octets; i++) {
		const uint8_t octet = (uint8_t)(n >> 8 * i);

		wire_front(w, slice_of(&octet, 1));
	}
}

/* Checksum 1: there is one, nobody knows whether it is right. */
static inline void
wire_udp(struct wire *w, uint16_t from, uint16_t to)
{
	wire_number(w, 1, 2);
	wire_number(w, wire_slice(w).len + 6, 2);
	wire_number(w, to, 2);
	wire_number(w, from, 2);
}

static inline void
wire_segment(struct wire *w, uint16_t from, uint16_t to, uint32_t sequence,
    uint32_t acknowledgement, uint8_t flags)
{
	wire_hex(w, "ffff 0000 0000");
	wire_number(w, flags, 1);
	wire_hex(w, "50");
	wire_number(w, acknowledgement, 4);
	wire_number(w, sequence, 4);
	wire_number(w, to, 2);
	wire_number(w, from, 2);
}

static inline void
wire_tcp(struct wire *w, uint16_t from, uint16_t to, uint32_t sequence)
{
	wire_segment(w, from, to, sequence, 0, 0x10);
}

/* Addresses in hexadecimal; `fragment' is the field with flags and offset. */
static inline void
wire_ipv4_between(struct wire *w, const char *from_to, uint8_t protocol,
    uint16_t identification, uint16_t fragment)
{
	const size_t len = wire_slice(w).len + 20;

	wire_hex(w, from_to);
	wire_hex(w, "0000");
	wire_number(w, protocol, 1);
	wire_number(w, 64, 1);
	wire_number(w, fragment, 2);
	wire_number(w, identification, 2);
	wire_number(w, len, 2);
	wire_hex(w, "4500");
}

/* 192.0.2.1 to 192.0.2.2. */
static inline void
wire_ipv4(struct wire *w, uint8_t protocol, uint16_t identification,
    uint16_t fragment)
{
	wire_ipv4_between(
	    w, "c0000201 c0000202", protocol, identification, fragment);
}

/* 2001:db8::1 to 2001:db8::2. */
static inline void
wire_ipv6(struct wire *w, uint8_t next)
{
	const size_t len = wire_slice(w).len;

	wire_hex(w, "20010db8000000000000000000000002");
	wire_hex(w, "20010db8000000000000000000000001");
	wire_number(w, 64, 1);
	wire_number(w, next, 1);
	wire_number(w, len, 2);
	wire_hex(w, "60000000");
}

/* An IPv6 fragment header: offset in octets. */
static inline void
wire_fragment(struct wire *w, uint8_t next, size_t offset, bool more)
{
	wire_number(w, 7, 4);
	wire_number(w, offset | more, 2);
	wire_number(w, next, 2);
	w->room[w->begin] = next;
	w->room[w->begin + 1] = 0;
}

#endif
