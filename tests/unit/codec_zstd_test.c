/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <zstd.h>

#include "unit/codectest.h"

#define TEXT "packets, packets, packets and packets"

static uint8_t packed[4096];

static size_t
pack(size_t at)
{
	ZSTD_CCtx *z = ZSTD_createCCtx();
	size_t len;

	ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
	len = ZSTD_compress2(
	    z, packed + at, sizeof(packed) - at, TEXT, strlen(TEXT));
	ck_assert(!ZSTD_isError(len));
	ZSTD_freeCCtx(z);
	return at + len;
}

START_TEST(a_stream_comes_out_however_it_is_given)
{
	codectest_whole(&codec_zstd, slice_of(packed, pack(0)), TEXT, 1);
}
END_TEST

START_TEST(several_streams_are_one)
{
	codectest_whole(&codec_zstd, slice_of(packed, pack(pack(0))), TEXT, 2);
}
END_TEST

START_TEST(cut_it_is_not_whole)
{
	codectest_cut(&codec_zstd, slice_of(packed, pack(0)));
}
END_TEST

START_TEST(damage_is_noticed)
{
	codectest_damaged(&codec_zstd, slice_of(packed, pack(0)), TEXT);
}
END_TEST

/* A frame whose window is 2 GiB (RFC 8878 section 3.1.1.1.2). */
START_TEST(what_takes_too_much_memory_is_refused)
{
	static const uint8_t frame[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8,
		0x09, 0x00, 0x00, 'x' };

	ck_assert_int_eq(codectest_run(&codec_zstd,
			     slice_of(frame, sizeof(frame)), 100, 65536),
	    CODEC_TOO_LARGE);
}
END_TEST

UNIT("codec_zstd", a_stream_comes_out_however_it_is_given,
    several_streams_are_one, cut_it_is_not_whole, damage_is_noticed,
    what_takes_too_much_memory_is_refused)
