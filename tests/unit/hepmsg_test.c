/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/hepmsg.h"

#include <zlib.h>

#include "unit/wire.h"

/* 2010-11-13 23:29:00.25 UTC */
#define UNIX 1289690940
#define STAMP (UNIX * NSTIME_S + 250 * NSTIME_MS)

/* "hello", compressed with zlib. */
#define HELLO "789ccb48cdc9c90700062c0215"

static struct wire wire;
static struct hepmsg m;

/* Of packets that are built from the end. */
static void
chunk(unsigned type, const char *hex)
{
	const size_t end = wire.begin;

	wire_hex(&wire, hex);
	wire_number(&wire, end - wire.begin + 6, 2);
	wire_number(&wire, type, 2);
	wire_number(&wire, 0, 2);
}

static void
text_chunk(unsigned type, const char *text)
{
	wire_front(&wire, slice_text(text));
	wire_number(&wire, strlen(text) + 6, 2);
	wire_number(&wire, type, 2);
	wire_number(&wire, 0, 2);
}

static struct slice
packet(void)
{
	wire_number(&wire, sizeof(wire.room) - wire.begin + 6, 2);
	wire_front(&wire, slice_text("HEP3"));
	return wire_slice(&wire);
}

static struct slice
version_3(void)
{
	wire_begin(&wire, "");
	text_chunk(15, "SERVICE sip:b SIP/2.0\r\n");
	text_chunk(14, "secret");
	chunk(12, "000007d2");
	chunk(11, "01");
	chunk(10, "0003d090");
	chunk(9, "4cdf1f3c");
	chunk(8, "13c6");
	chunk(7, "c351");
	chunk(4, "c0000202");
	chunk(3, "c0000201");
	chunk(2, "11");
	chunk(1, "02");
	return packet();
}

static void
is_parsed(struct slice octets)
{
	size_t len = 0;

	ck_assert_int_eq(hepmsg_parse(octets, &m, &len), HEPMSG_PARSED);
	ck_assert_uint_eq(len, octets.len);
}

START_TEST(version_3_tells_all_in_chunks)
{
	is_parsed(version_3());
	ck_assert_uint_eq(m.version, 3);
	ck_assert_uint_eq(m.from.port, 50001);
	ck_assert_uint_eq(m.from.address.octets[3], 1);
	ck_assert_uint_eq(m.to.port, 5062);
	ck_assert_uint_eq(m.to.address.octets[3], 2);
	ck_assert_uint_eq(m.protocol, 17);
	ck_assert_uint_eq(m.kind, HEPMSG_SIP);
	ck_assert_int_eq(m.stamp, STAMP);
	ck_assert_uint_eq(m.agent, 2002);
	ck_assert(slice_is(m.key, "secret"));
	ck_assert(slice_starts_with(m.payload, "SERVICE sip:b"));
	ck_assert(!m.compressed);
}
END_TEST

/* A datagram may be cut anywhere, and a stream comes as it likes. */
START_TEST(waits_at_every_cut)
{
	const struct slice whole = version_3();
	size_t len;

	for (size_t cut = 0; cut < whole.len; cut++) {
		uint8_t *exact = unit_exact(slice_first(whole, cut));

		ck_assert_int_eq(hepmsg_parse(slice_of(exact, cut), &m, &len),
		    HEPMSG_PARTIAL);
		free(exact);
	}
}
END_TEST

START_TEST(the_next_packet_of_a_stream_is_left)
{
	size_t len;

	wire_begin(&wire, "HEP3 and more");
	text_chunk(15, "x");
	wire_number(&wire, 6 + 7, 2);
	wire_front(&wire, slice_text("HEP3"));
	ck_assert_int_eq(
	    hepmsg_parse(wire_slice(&wire), &m, &len), HEPMSG_PARSED);
	ck_assert_uint_eq(len, 13);
	ck_assert(slice_is(m.payload, "x"));
}
END_TEST

START_TEST(chunks_that_lie_are_malformed)
{
	static const char *const lies[] = {
		"0000 000f 0005", /* less than its own header */
		"0000 000f 0007", /* beyond the packet */
		"0000 000f ffff",
		"0000 00",
	};
	size_t len;

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		uint8_t *exact;

		wire_begin(&wire, "");
		wire_hex(&wire, lies[i]);
		exact = unit_exact(packet());
		ck_assert_int_eq(
		    hepmsg_parse(
			slice_of(exact, wire_slice(&wire).len), &m, &len),
		    HEPMSG_MALFORMED);
		free(exact);
	}
	wire_begin(&wire, "");
	wire_number(&wire, 5, 2);
	wire_front(&wire, slice_text("HEP3"));
	ck_assert_int_eq(
	    hepmsg_parse(wire_slice(&wire), &m, &len), HEPMSG_MALFORMED);
	ck_assert_int_eq(hepmsg_parse(slice_text("SERVICE sip:b"), &m, &len),
	    HEPMSG_MALFORMED);
}
END_TEST

START_TEST(unknown_chunks_and_vendors_are_skipped)
{
	wire_begin(&wire, "");
	text_chunk(15, "x");
	text_chunk(19, "node");
	wire_hex(&wire, "0001 000f 0007 79"); /* vendor 1 */
	is_parsed(packet());
	ck_assert(slice_is(m.payload, "x"));
}
END_TEST

/* hep-js does so with the names of its first example. */
START_TEST(an_untold_kind_is_sip)
{
	wire_begin(&wire, "");
	text_chunk(15, "x");
	chunk(11, "00");
	chunk(1, "00");
	is_parsed(packet());
	ck_assert_uint_eq(m.kind, HEPMSG_SIP);
	wire_begin(&wire, "");
	chunk(11, "05");
	is_parsed(packet());
	ck_assert_uint_eq(m.kind, HEPMSG_RTCP_JSON);
}
END_TEST

/* hep-js writes IPv6 addresses so, and no time. */
START_TEST(what_an_agent_does_not_know_is_left_out)
{
	wire_begin(&wire, "");
	chunk(9, "00000000");
	chunk(10, "000003e8");
	chunk(7, "c3"); /* no port has one octet */
	chunk(3, "00000000");
	is_parsed(packet());
	ck_assert_uint_eq(m.from.address.version, 0);
	ck_assert_uint_eq(m.from.port, 0);
	ck_assert_int_eq(m.stamp, 0);
	ck_assert_uint_eq(m.payload.len, 0);
}
END_TEST

/* Nanoseconds, say. */
START_TEST(a_fraction_of_seconds_and_more_is_no_stamp)
{
	wire_begin(&wire, "");
	chunk(9, "4cdf1f3c");
	chunk(10, "000f423f");
	is_parsed(packet());
	ck_assert(!m.bad_stamp);
	ck_assert_int_ne(m.stamp, 0);
	wire_begin(&wire, "");
	chunk(9, "4cdf1f3c");
	chunk(10, "000f4240");
	is_parsed(packet());
	ck_assert(m.bad_stamp);
	ck_assert_int_eq(m.stamp, 0);
}
END_TEST

START_TEST(version_2_is_read_whatever_its_length_octet)
{
	wire_begin(&wire, "x");
	wire_hex(&wire, "3c1fdf4c 90d00300 d207 0000");
	wire_hex(&wire, "c0000201 c0000202");
	wire_hex(&wire, "02 00 02 11 c351 13c6");
	is_parsed(wire_slice(&wire));
	ck_assert_uint_eq(m.version, 2);
	ck_assert_uint_eq(m.from.port, 50001);
	ck_assert_uint_eq(m.to.address.octets[3], 2);
	ck_assert_int_eq(m.stamp, STAMP);
	ck_assert_uint_eq(m.agent, 2002);
	ck_assert(slice_is(m.payload, "x"));
}
END_TEST

START_TEST(version_2_may_be_of_a_big_endian_agent)
{
	wire_begin(&wire, "x");
	wire_hex(&wire, "4cdf1f3c 0003d090 07d2 0000");
	wire_hex(&wire, "c0000201 c0000202");
	wire_hex(&wire, "02 10 02 11 c351 13c6");
	is_parsed(wire_slice(&wire));
	ck_assert_int_eq(m.stamp, STAMP);
	ck_assert_uint_eq(m.agent, 2002);
}
END_TEST

START_TEST(version_1_has_no_time_and_may_be_of_ipv6)
{
	wire_begin(&wire, "x");
	wire_hex(&wire, "20010db8 00000000 00000000 00000002");
	wire_hex(&wire, "20010db8 00000000 00000000 00000001");
	wire_hex(&wire, "01 28 0a 11 c351 13c6");
	is_parsed(wire_slice(&wire));
	ck_assert_uint_eq(m.from.address.version, 6);
	ck_assert_uint_eq(m.to.address.octets[15], 2);
	ck_assert_int_eq(m.stamp, 0);
	ck_assert(slice_is(m.payload, "x"));
}
END_TEST

START_TEST(old_versions_are_malformed_when_cut)
{
	size_t len, headers;

	wire_begin(&wire, "");
	wire_hex(&wire, "3c1fdf4c 90d00300 d207 0000");
	wire_hex(&wire, "c0000201 c0000202");
	wire_hex(&wire, "02 10 02 11 c351 13c6");
	headers = wire_slice(&wire).len;
	for (size_t cut = 1; cut < headers; cut++) {
		uint8_t *exact =
		    unit_exact(slice_first(wire_slice(&wire), cut));

		ck_assert_int_eq(hepmsg_parse(slice_of(exact, cut), &m, &len),
		    HEPMSG_MALFORMED);
		free(exact);
	}
	is_parsed(wire_slice(&wire));
}
END_TEST

static uint8_t store[HEPMSG_MOST];

START_TEST(compressed_payloads_are_inflated)
{
	size_t len = 0;

	wire_begin(&wire, "");
	chunk(16, HELLO);
	is_parsed(packet());
	ck_assert(m.compressed);
	ck_assert(hepmsg_inflate(m.payload, store, &len));
	ck_assert(slice_is(slice_of(store, len), "hello"));
	for (size_t cut = 0; cut < m.payload.len; cut++) {
		uint8_t *exact = unit_exact(slice_first(m.payload, cut));

		ck_assert(!hepmsg_inflate(slice_of(exact, cut), store, &len));
		free(exact);
	}
}
END_TEST

/* A bomb: a thousand octets that are a million. */
START_TEST(no_more_is_inflated_than_a_packet_may_hold)
{
	static uint8_t zeros[1000000], bomb[2000];
	uLongf size = sizeof(bomb);
	size_t len;

	ck_assert_int_eq(compress(bomb, &size, zeros, sizeof(zeros)), Z_OK);
	ck_assert(!hepmsg_inflate(slice_of(bomb, size), store, &len));
	size = sizeof(bomb);
	ck_assert_int_eq(compress(bomb, &size, zeros, HEPMSG_MOST - 1), Z_OK);
	ck_assert(hepmsg_inflate(slice_of(bomb, size), store, &len));
	ck_assert_uint_eq(len, HEPMSG_MOST - 1);
}
END_TEST

UNIT("hepmsg", version_3_tells_all_in_chunks, waits_at_every_cut,
    the_next_packet_of_a_stream_is_left, chunks_that_lie_are_malformed,
    unknown_chunks_and_vendors_are_skipped, an_untold_kind_is_sip,
    what_an_agent_does_not_know_is_left_out,
    a_fraction_of_seconds_and_more_is_no_stamp,
    version_2_is_read_whatever_its_length_octet,
    version_2_may_be_of_a_big_endian_agent,
    version_1_has_no_time_and_may_be_of_ipv6,
    old_versions_are_malformed_when_cut, compressed_payloads_are_inflated,
    no_more_is_inflated_than_a_packet_may_hold)
