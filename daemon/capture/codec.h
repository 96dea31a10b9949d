/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CODEC_H
#define CODEC_H

#include "base/slice.h"

/*
 * Compressed streams, a struct of functions for each library.  None takes
 * more than CODEC_MEMORY, whatever the stream asks for, and none of them
 * looks at what comes out.
 */

enum { CODEC_MEMORY = 128 * 1024 * 1024 };

enum codec_result {
	CODEC_MORE, /* give it more octets, or more room */
	CODEC_END,  /* the stream is whole; what is left in *in is no part */
	CODEC_DAMAGED,
	CODEC_TOO_LARGE /* it takes more memory than that */
};

/* Where unpacked octets go. */
struct codec_room {
	uint8_t *p;
	size_t len;
};

struct codec {
	/* NULL when out of memory. */
	void *(*new)(void);
	void (*free)(void *state);

	/* Unpack from the front of *in to *out, and take off both what was
	 * used.  `ended': *in is empty, and nothing follows. */
	enum codec_result (*run)(
	    void *state, struct slice *in, bool ended, struct codec_room *out);
};

extern const struct codec codec_gzip, codec_zstd, codec_xz;

#endif
