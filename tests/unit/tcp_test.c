/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcp.h"

#include "unit/unit.h"

/* Ports 5062 and 40000, PSH and ACK, 4 octets of options, payload "abc". */
static const uint8_t segment[] = { 0x13, 0xc6, 0x9c, 0x40, 0xff, 0xff, 0xff,
	0xfe, 0x01, 0x02, 0x03, 0x04, 0x60, 0x18, 0x12, 0x34, 0, 0, 0, 0, 2, 4,
	5, 0xb4, 'a', 'b', 'c' };

enum { HEADER = 24 };

START_TEST(a_segment_is_read_field_by_field)
{
	struct tcp tcp;

	ck_assert(tcp_parse(
	    slice_of(segment, sizeof(segment)), sizeof(segment), &tcp));
	ck_assert_uint_eq(tcp.source_port, 5062);
	ck_assert_uint_eq(tcp.destination_port, 40000);
	ck_assert_uint_eq(tcp.sequence, 0xfffffffe);
	ck_assert_uint_eq(tcp.acknowledgement, 0x01020304);
	ck_assert_uint_eq(tcp.flags, TCP_PSH | TCP_ACK);
	ck_assert_uint_eq(tcp.window, 0x1234);
	ck_assert(slice_is(tcp.payload, "abc"));
	ck_assert_uint_eq(tcp.payload_len, 3);
}
END_TEST

START_TEST(a_cut_header_is_refused_and_a_cut_payload_is_not)
{
	for (size_t len = 0; len < sizeof(segment); len++) {
		uint8_t *exact = unit_exact(slice_of(segment, len));
		struct tcp tcp = { .window = 9 };
		const bool whole =
		    tcp_parse(slice_of(exact, len), sizeof(segment), &tcp);

		ck_assert_int_eq(whole, len >= HEADER);
		ck_assert_uint_eq(tcp.window, whole ? 0x1234 : 9);
		if (whole) {
			ck_assert_uint_eq(tcp.payload.len, len - HEADER);
			ck_assert_uint_eq(tcp.payload_len, 3);
		}
		free(exact);
	}
}
END_TEST

START_TEST(padding_behind_the_packet_is_no_payload)
{
	struct tcp tcp;

	ck_assert(
	    tcp_parse(slice_of(segment, sizeof(segment)), HEADER + 1, &tcp));
	ck_assert(slice_is(tcp.payload, "a"));
	ck_assert_uint_eq(tcp.payload_len, 1);
	ck_assert(
	    !tcp_parse(slice_of(segment, sizeof(segment)), HEADER - 1, &tcp));
}
END_TEST

START_TEST(a_header_shorter_than_itself_is_refused)
{
	uint8_t octets[sizeof(segment)];
	struct tcp tcp;

	memcpy(octets, segment, sizeof(segment));
	for (uint8_t words = 0; words < 16; words++) {
		octets[12] = (uint8_t)(words << 4);
		ck_assert_int_eq(tcp_parse(slice_of(octets, sizeof(octets)),
				     sizeof(octets), &tcp),
		    words == 5 || words == 6);
	}
}
END_TEST

UNIT("tcp", a_segment_is_read_field_by_field,
    a_cut_header_is_refused_and_a_cut_payload_is_not,
    padding_behind_the_packet_is_no_payload,
    a_header_shorter_than_itself_is_refused)
