/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/der.h"

#include "unit/tlswire.h"

static struct tlswire wire, inner;

START_TEST(values_are_read_one_after_the_other)
{
	struct slice rest = slice_text("\x02\x01\x07\x04\x02xy");
	struct der value;

	ck_assert(der_next(&rest, &value));
	ck_assert_uint_eq(value.tag, DER_INTEGER);
	ck_assert(slice_is(value.content, "\x07"));
	ck_assert_uint_eq(value.whole.len, 3);
	ck_assert(!der_expect(&rest, DER_INTEGER, &value));
	ck_assert(der_expect(&rest, DER_OCTET_STRING, &value));
	ck_assert(slice_is(value.content, "xy"));
	ck_assert(!der_next(&rest, &value));
}
END_TEST

START_TEST(long_lengths_are_read_at_every_cut)
{
	struct der value;

	wire.len = inner.len = 0;
	for (int i = 0; i < 300; i++)
		tlswire_number(&inner, 0, 1);
	tlswire_der(&wire, DER_OCTET_STRING, tlswire_slice(&inner));
	for (size_t cut = 0; cut <= wire.len; cut++) {
		uint8_t *exact = unit_exact(slice_of(wire.octets, cut));
		struct slice rest = slice_of(exact, cut);

		ck_assert_int_eq(der_next(&rest, &value), cut == wire.len);
		free(exact);
	}
	ck_assert_uint_eq(value.content.len, 300);
}
END_TEST

START_TEST(an_encoding_der_forbids_is_refused)
{
	static const struct {
		const char *octets;
		size_t len;
	} bad[] = { { "\x30\x80\x00\x00", 4 }, /* indefinite */
		{ "\x02\x85\x00\x00\x00\x00\x01\x00", 8 },
		{ "\x02\x84\xff\xff\xff\xff", 6 },
		{ "\x1f\x81\x01\x00", 4 }, /* tags of many octets */
		{ "\x02", 1 } };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct slice rest = slice_of(bad[i].octets, bad[i].len);
		struct der value;

		ck_assert(!der_next(&rest, &value));
		ck_assert_uint_eq(rest.len, bad[i].len);
	}
}
END_TEST

START_TEST(values_within_values_are_bounded)
{
	wire.len = 0;
	for (unsigned depth = 1; depth < 40; depth++) {
		inner = wire;
		wire.len = 0;
		tlswire_der(&wire, DER_SEQUENCE, tlswire_slice(&inner));
		ck_assert_int_eq(
		    der_sound(tlswire_slice(&wire), 16), depth <= 16);
		ck_assert_int_eq(
		    der_sound(tlswire_slice(&wire), 1000), depth <= 32);
	}
}
END_TEST

START_TEST(an_unsound_value_inside_is_found)
{
	ck_assert(der_sound(slice_of("\x30\x04\x30\x00\x05\x00", 6), 4));
	ck_assert(!der_sound(slice_of("\x30\x04\x30\x00\x05\x01", 6), 4));
	ck_assert(der_sound(slice_of("", 0), 0));
}
END_TEST

UNIT("der", values_are_read_one_after_the_other,
    long_lengths_are_read_at_every_cut, an_encoding_der_forbids_is_refused,
    values_within_values_are_bounded, an_unsound_value_inside_is_found)
