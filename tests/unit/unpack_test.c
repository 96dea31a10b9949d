/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "unit/unit.h"

enum { OCTETS = 3000000 };

static struct unpack *unpack;
static int out;

/* A .gz of as many octets that count, the first `len' of it (0: all). */
static void
begin(size_t octets, size_t len)
{
	char path[] = "/tmp/siptimed-unpack-XXXXXX";
	const int fd = mkstemp(path);
	gzFile gz = gzdopen(dup(fd), "wb1");

	unlink(path);
	for (uint32_t i = 0; i < octets / 4; i++)
		gzwrite(gz, &i, 4);
	ck_assert_int_eq(gzclose(gz), Z_OK);
	if (len > 0)
		ck_assert_int_eq(ftruncate(fd, (off_t)len), 0);
	lseek(fd, 0, SEEK_SET);
	ck_assert_int_eq(
	    unpack_new(window_new(fd, 65536), &codec_gzip, &unpack, &out), 0);
}

/* How many octets come out, each in its place. */
static size_t
drain(void)
{
	static uint32_t octets[16384];
	FILE *file = fdopen(out, "rb");
	uint32_t next = 0, wrong = 0;
	size_t got;

	while ((got = fread(octets, 4, 16384, file)) > 0)
		for (size_t i = 0; i < got; i++, next++)
			wrong += octets[i] != next;
	fclose(file);
	ck_assert_uint_eq(wrong, 0);
	return (size_t)next * 4;
}

START_TEST(more_than_a_pipe_holds_comes_through)
{
	begin(OCTETS, 0);
	ck_assert_uint_eq(drain(), OCTETS);
	ck_assert_ptr_null(unpack_error(unpack));
	ck_assert_uint_gt(unpack_total(unpack), 0);
	unpack_free(unpack);
}
END_TEST

START_TEST(what_is_cut_short_is_told_at_the_end)
{
	begin(OCTETS, 200000);
	ck_assert_uint_lt(drain(), OCTETS);
	ck_assert_str_eq(unpack_error(unpack), "cut short");
	unpack_free(unpack);
}
END_TEST

/* Nobody reads what comes out: the thread ends by itself. */
START_TEST(it_may_be_left_before_its_end)
{
	begin(OCTETS, 0);
	close(out);
	unpack_free(unpack);
}
END_TEST

START_TEST(what_is_no_stream_is_told)
{
	FILE *file = tmpfile();

	fputs("this is not compressed", file);
	fflush(file);
	rewind(file);
	ck_assert_int_eq(unpack_new(window_new(dup(fileno(file)), 65536),
			     &codec_gzip, &unpack, &out),
	    0);
	fclose(file);
	ck_assert_uint_eq(drain(), 0);
	ck_assert_str_eq(
	    unpack_error(unpack), "its compressed octets are damaged");
	unpack_free(unpack);
}
END_TEST

UNIT("unpack", more_than_a_pipe_holds_comes_through,
    what_is_cut_short_is_told_at_the_end, it_may_be_left_before_its_end,
    what_is_no_stream_is_told)
