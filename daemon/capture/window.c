/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/window.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCK = 128 * 1024 }; /* read at a time: it stays in the cache */

struct window {
	int fd;
	uint64_t total;
	size_t begin, end, size; /* of octets[] */
	uint8_t octets[];
};

struct window *
window_new(int fd, size_t most)
{
	struct window *w = malloc(sizeof(*w) + most + BLOCK);

	if (w == NULL)
		return NULL;
	*w = (struct window){ .fd = fd, .size = most + BLOCK };
	return w;
}

void
window_free(struct window *w)
{
	if (w == NULL)
		return;
	close(w->fd);
	free(w);
}

static ssize_t
read_block(struct window *w)
{
	ssize_t got;

	memmove(w->octets, w->octets + w->begin, w->end - w->begin);
	w->end -= w->begin;
	w->begin = 0;
	do
		got = read(w->fd, w->octets + w->end, BLOCK);
	while (got < 0 && errno == EINTR);
	if (got > 0) {
		w->end += (size_t)got;
		w->total += (uint64_t)got;
	}
	return got;
}

int
window_need(struct window *w, size_t octets)
{
	while (w->end - w->begin < octets) {
		const ssize_t got = read_block(w);

		if (got <= 0)
			return got == 0 ? 0 : -errno;
	}
	return 1;
}

struct slice
window_octets(const struct window *w)
{
	return slice_of(w->octets + w->begin, w->end - w->begin);
}

void
window_take(struct window *w, size_t octets)
{
	w->begin += octets;
}

uint64_t
window_total(const struct window *w)
{
	return w->total;
}
