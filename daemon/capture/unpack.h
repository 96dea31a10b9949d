/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNPACK_H
#define UNPACK_H

#include "capture/codec.h"
#include "capture/window.h"

/*
 * A compressed file, unpacked by a thread of its own into a pipe, so that it
 * takes no more memory than the pipe and the library, whatever comes out of
 * it.
 */

struct unpack;

/*
 * Unpack `packed', which is the thread's from now on and freed in the end.
 * *descriptor is the pipe's other end, the caller's to close, before
 * unpack_free().  0 or -errno; then `packed' is still the caller's.
 */
int unpack_new(struct window *packed, const struct codec *codec,
    struct unpack **unpack, int *descriptor);
void unpack_free(struct unpack *u);

/* Octets of the compressed file that were read so far. */
uint64_t unpack_total(const struct unpack *u);

/* Once the pipe has ended: what is wrong, or NULL. */
const char *unpack_error(struct unpack *u);

#endif
