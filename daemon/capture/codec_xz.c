/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <lzma.h>
#include <stdlib.h>

#include "capture/codec.h"

static void *
xz_new(void)
{
	lzma_stream *z = malloc(sizeof(*z));

	if (z == NULL)
		return NULL;
	*z = (lzma_stream)LZMA_STREAM_INIT;
	if (lzma_stream_decoder(z, CODEC_MEMORY, LZMA_CONCATENATED) !=
	    LZMA_OK) {
		free(z);
		return NULL;
	}
	return z;
}

static void
xz_free(void *state)
{
	lzma_stream *z = state;

	lzma_end(z);
	free(z);
}

static enum codec_result
xz_run(void *state, struct slice *in, bool ended, struct codec_room *out)
{
	lzma_stream *z = state;
	lzma_ret result;

	z->next_in = in->p;
	z->avail_in = in->len;
	z->next_out = out->p;
	z->avail_out = out->len;
	result = lzma_code(z, ended ? LZMA_FINISH : LZMA_RUN);
	*in = slice_after(*in, in->len - z->avail_in);
	out->p = z->next_out;
	out->len = z->avail_out;
	switch (result) {
	case LZMA_OK:
	case LZMA_BUF_ERROR:
		return CODEC_MORE;
	case LZMA_STREAM_END:
		return CODEC_END;
	case LZMA_MEMLIMIT_ERROR:
		return CODEC_TOO_LARGE;
	default:
		return CODEC_DAMAGED;
	}
}

const struct codec codec_xz = { xz_new, xz_free, xz_run };
