/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <lzma.h>

#include "unit/codectest.h"

#define TEXT "packets, packets, packets and packets"

static uint8_t packed[4096];

static size_t
pack(size_t at)
{
	size_t len = at;

	ck_assert_int_eq(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC64, NULL,
			     (const uint8_t *)TEXT, strlen(TEXT), packed, &len,
			     sizeof(packed)),
	    LZMA_OK);
	return len;
}

START_TEST(a_stream_comes_out_however_it_is_given)
{
	codectest_whole(&codec_xz, slice_of(packed, pack(0)), TEXT, 1);
}
END_TEST

START_TEST(several_streams_are_one)
{
	codectest_whole(&codec_xz, slice_of(packed, pack(pack(0))), TEXT, 2);
}
END_TEST

START_TEST(cut_it_is_not_whole)
{
	codectest_cut(&codec_xz, slice_of(packed, pack(0)));
}
END_TEST

START_TEST(damage_is_noticed)
{
	codectest_damaged(&codec_xz, slice_of(packed, pack(0)), TEXT);
}
END_TEST

/* The header of the block, which ends with a CRC, asks for a dictionary of
 * 4 GiB: that is the property of the filter 0x21. */
START_TEST(what_takes_too_much_memory_is_refused)
{
	const size_t len = pack(0);
	uint8_t *const header = packed + 12;
	const size_t size = (header[0] + 1) * 4 - sizeof(uint32_t);
	uint8_t *const filter = memchr(header, 0x21, size);
	uint32_t crc;

	ck_assert_ptr_nonnull(filter);
	filter[2] = 40;
	crc = lzma_crc32(header, size, 0);
	for (unsigned i = 0; i < 4; i++)
		header[size + i] = (uint8_t)(crc >> 8 * i);
	ck_assert_int_eq(
	    codectest_run(&codec_xz, slice_of(packed, len), len, 65536),
	    CODEC_TOO_LARGE);
}
END_TEST

UNIT("codec_xz", a_stream_comes_out_however_it_is_given,
    several_streams_are_one, cut_it_is_not_whole, damage_is_noticed,
    what_takes_too_much_memory_is_refused)
