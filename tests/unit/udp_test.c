/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/udp.h"

#include "unit/wire.h"

static struct wire wire;

START_TEST(a_datagram_is_read)
{
	struct slice all;
	struct udp udp;

	wire_begin(&wire, "payload");
	wire_udp(&wire, 5060, 5062);
	all = wire_slice(&wire);
	ck_assert(udp_parse(all, all.len, &udp));
	ck_assert_uint_eq(udp.source_port, 5060);
	ck_assert_uint_eq(udp.destination_port, 5062);
	ck_assert_uint_eq(udp.checksum, 1);
	ck_assert(slice_is(udp.payload, "payload"));
	ck_assert_uint_eq(udp.payload_len, 7);
}
END_TEST

START_TEST(padding_is_left_out)
{
	struct slice all;
	struct udp udp;

	wire_begin(&wire, "payload\0\0");
	wire_udp(&wire, 1, 2);
	wire.room[wire.begin + 5] = 8 + 4;
	all = wire_slice(&wire);
	ck_assert(udp_parse(all, all.len, &udp));
	ck_assert(slice_is(udp.payload, "payl"));
	ck_assert_uint_eq(udp.payload_len, 4);
}
END_TEST

START_TEST(a_length_that_cannot_be_is_refused)
{
	static const uint8_t lengths[] = { 0, 7, 16 };
	struct udp udp;

	for (size_t i = 0; i < sizeof(lengths); i++) {
		struct slice all;

		wire_begin(&wire, "payload");
		wire_udp(&wire, 1, 2);
		wire.room[wire.begin + 5] = lengths[i];
		all = wire_slice(&wire);
		ck_assert(!udp_parse(all, all.len, &udp));
	}
}
END_TEST

START_TEST(cut_anywhere_it_knows_how_much_is_missing)
{
	struct slice all;

	wire_begin(&wire, "payload");
	wire_udp(&wire, 1, 2);
	all = wire_slice(&wire);
	for (size_t len = 0; len < all.len; len++) {
		uint8_t *exact = unit_exact(slice_first(all, len));
		struct udp udp;

		ck_assert_int_eq(
		    udp_parse(slice_of(exact, len), all.len, &udp), len >= 8);
		if (len >= 8) {
			ck_assert_uint_eq(udp.payload.len, len - 8);
			ck_assert_uint_eq(udp.payload_len, 7);
		}
		free(exact);
	}
}
END_TEST

UNIT("udp", a_datagram_is_read, padding_is_left_out,
    a_length_that_cannot_be_is_refused,
    cut_anywhere_it_knows_how_much_is_missing)
