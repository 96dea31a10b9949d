/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/hellostamp.h"

#include "unit/unit.h"

/* A ServerHello of TLS 1.2, up to its random. */
static const uint8_t server[] = { 22, 3, 3, 0, 74, 2, 0, 0, 70, 3, 3, 0x4d,
	0x22, 0x11, 0xc8, 1, 2, 3, 4 };
enum { WHOLE = 15 };

static struct hellostamp hello;

static bool
read_with(size_t at, uint8_t octet)
{
	uint8_t copy[sizeof(server)];

	memcpy(copy, server, sizeof(copy));
	copy[at] = octet;
	return hellostamp_read(slice_of(copy, sizeof(copy)), &hello);
}

START_TEST(both_hellos_tell_their_time)
{
	ck_assert(read_with(0, 22));
	ck_assert(hello.from_server);
	ck_assert_uint_eq(hello.told, 0x4d2211c8);
	ck_assert(read_with(5, 1));
	ck_assert(!hello.from_server);
}
END_TEST

START_TEST(anything_else_is_no_hello)
{
	ck_assert(!read_with(0, 23));
	ck_assert(!read_with(1, 2));
	ck_assert(!read_with(2, 9));
	ck_assert(!read_with(4, 30));
	ck_assert(!read_with(5, 11));
	ck_assert(!read_with(8, 10));
	ck_assert(!read_with(9, 4));
}
END_TEST

START_TEST(a_cut_hello_is_none)
{
	for (size_t len = 0; len <= sizeof(server); len++) {
		uint8_t *exact = unit_exact(slice_of(server, len));

		ck_assert_int_eq(hellostamp_read(slice_of(exact, len), &hello),
		    len >= WHOLE);
		free(exact);
	}
}
END_TEST

UNIT("hellostamp", both_hellos_tell_their_time, anything_else_is_no_hello,
    a_cut_hello_is_none)
