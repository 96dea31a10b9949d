/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "capture/codec.h"

enum { GZIP_ONLY = 16 }; /* added to the window's bits, see zlib.h */

static void *
gzip_new(void)
{
	z_stream *z = calloc(1, sizeof(*z));

	if (z != NULL && inflateInit2(z, MAX_WBITS + GZIP_ONLY) != Z_OK) {
		free(z);
		return NULL;
	}
	return z;
}

static void
gzip_free(void *state)
{
	z_stream *z = state;

	inflateEnd(z);
	free(z);
}

/* A file may be several streams one after the other (RFC 1952 section 2.2,
 * bgzip), and tapes leave zeros behind the last. */
static enum codec_result
ended_stream(z_stream *z, struct slice in, bool ended)
{
	if (ended || in.len == 0)
		return ended ? CODEC_END : CODEC_MORE;
	if (in.p[0] != 0x1f)
		return CODEC_END;
	return inflateReset(z) == Z_OK ? CODEC_MORE : CODEC_DAMAGED;
}

static enum codec_result
gzip_run(void *state, struct slice *in, bool ended, struct codec_room *out)
{
	z_stream *z = state;
	const struct slice given = slice_first(*in, UINT_MAX);
	int result;

	z->next_in = (z_const Bytef *)(uintptr_t)given.p;
	z->avail_in = (uInt)given.len;
	z->next_out = out->p;
	z->avail_out = (uInt)out->len;
	result = inflate(z, Z_NO_FLUSH);
	*in = slice_after(*in, given.len - z->avail_in);
	out->p = z->next_out;
	out->len = z->avail_out;
	if (result == Z_STREAM_END)
		return ended_stream(z, *in, ended);
	return result == Z_OK || result == Z_BUF_ERROR ? CODEC_MORE
						       : CODEC_DAMAGED;
}

const struct codec codec_gzip = { gzip_new, gzip_free, gzip_run };
