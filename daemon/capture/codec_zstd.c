/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "capture/codec.h"

enum { WINDOW_BITS = 27 }; /* CODEC_MEMORY */

struct zstd {
	ZSTD_DCtx *context;
	bool between; /* two frames, or behind the last */
};

static void *
zstd_new(void)
{
	struct zstd *z = calloc(1, sizeof(*z));

	if (z == NULL)
		return NULL;
	z->context = ZSTD_createDCtx();
	if (z->context == NULL) {
		free(z);
		return NULL;
	}
	ZSTD_DCtx_setParameter(z->context, ZSTD_d_windowLogMax, WINDOW_BITS);
	return z;
}

static void
zstd_free(void *state)
{
	struct zstd *z = state;

	ZSTD_freeDCtx(z->context);
	free(z);
}

static enum codec_result
zstd_run(void *state, struct slice *in, bool ended, struct codec_room *out)
{
	struct zstd *z = state;
	ZSTD_inBuffer input = { in->p, in->len, 0 };
	ZSTD_outBuffer output = { out->p, out->len, 0 };
	size_t left;

	if (ended && z->between)
		return CODEC_END;
	left = ZSTD_decompressStream(z->context, &output, &input);
	*in = slice_after(*in, input.pos);
	out->p += output.pos;
	out->len -= output.pos;
	z->between = left == 0;
	if (!ZSTD_isError(left))
		return CODEC_MORE;
	return ZSTD_getErrorCode(left) ==
		ZSTD_error_frameParameter_windowTooLarge
	    ? CODEC_TOO_LARGE
	    : CODEC_DAMAGED;
}

const struct codec codec_zstd = { zstd_new, zstd_free, zstd_run };
