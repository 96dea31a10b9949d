/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WINDOW_H
#define WINDOW_H

#include <sys/types.h>

#include "base/slice.h"

/*
 * A file or pipe read in blocks, from front to back: what was read and not
 * yet taken lies in one piece, so that packets are borrowed from it instead
 * of being copied.
 */

struct window;

/* Reads `fd', which it closes in the end.  `most' octets can be had in one
 * piece.  NULL when out of memory (`fd' is left open). */
struct window *window_new(int fd, size_t most);
void window_free(struct window *w);

/* Have `octets' or more in hand.  1; 0: it ends before; -errno. */
int window_need(struct window *w, size_t octets);

/* The octets in the window, borrowed until the next window_need(). */
struct slice window_octets(const struct window *w);

/* Drop the first `octets' of the window. */
void window_take(struct window *w, size_t octets);

/*
 * A thread that uses octets after the next window_need(), and gives them back
 * in the order in which they were lent.
 */
struct window_borrower {
	size_t (*mark)(void *arg); /* behind all that was lent so far */
	void (*wait)(void *arg, size_t mark); /* until that was given back */
	void *arg;
};

/* From the next read on, octets in *area stay as they are until `borrower',
 * which is copied, has given them back; some blocks are lent at a time.  False
 * when out of memory: nothing is lent. */
bool window_lend(struct window *w, const struct window_borrower *borrower,
    struct slice *area);

/* Octets read so far. */
uint64_t window_total(const struct window *w);

#endif
