/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <zlib.h>

#include "unit/codectest.h"

#define TEXT "packets, packets, packets and packets"

static uint8_t packed[4096];

static size_t
pack(size_t at)
{
	z_stream z = { .next_in = (z_const Bytef *)TEXT,
		.avail_in = sizeof(TEXT) - 1,
		.next_out = packed + at,
		.avail_out = (uInt)(sizeof(packed) - at) };

	ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8,
			     Z_DEFAULT_STRATEGY),
	    Z_OK);
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	ck_assert_int_eq(deflateEnd(&z), Z_OK);
	return at + z.total_out;
}

START_TEST(a_stream_comes_out_however_it_is_given)
{
	codectest_whole(&codec_gzip, slice_of(packed, pack(0)), TEXT, 1);
}
END_TEST

START_TEST(several_streams_are_one)
{
	codectest_whole(&codec_gzip, slice_of(packed, pack(pack(0))), TEXT, 2);
}
END_TEST

START_TEST(zeros_behind_it_are_left)
{
	const size_t len = pack(0);

	memset(packed + len, 0, 100);
	ck_assert_int_eq(codectest_run(&codec_gzip, slice_of(packed, len + 100),
			     4096, 65536),
	    CODEC_END);
	ck_assert_uint_eq(codectest_made, strlen(TEXT));
}
END_TEST

START_TEST(cut_it_is_not_whole)
{
	codectest_cut(&codec_gzip, slice_of(packed, pack(0)));
}
END_TEST

START_TEST(damage_is_noticed)
{
	codectest_damaged(&codec_gzip, slice_of(packed, pack(0)), TEXT);
}
END_TEST

UNIT("codec_gzip", a_stream_comes_out_however_it_is_given,
    several_streams_are_one, zeros_behind_it_are_left, cut_it_is_not_whole,
    damage_is_noticed)
