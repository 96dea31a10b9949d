/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/window.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	BLOCK = 128 * 1024, /* read at a time: it stays in the cache */
	PLACES = 8          /* for blocks that are lent */
};

struct window {
	int fd;
	uint64_t total;
	uint8_t *octets;         /* own[], or one of the places */
	size_t begin, end, size; /* of them */

	uint8_t *places;            /* NULL: nothing is lent */
	size_t place, left[PLACES]; /* mark of when each was left */
	struct window_borrower borrower;
	uint8_t own[];
};

struct window *
window_new(int fd, size_t most)
{
	struct window *w = malloc(sizeof(*w) + most + BLOCK);

	if (w == NULL)
		return NULL;
	*w = (struct window){ .fd = fd, .size = most + BLOCK };
	w->octets = w->own;
	return w;
}

void
window_free(struct window *w)
{
	if (w == NULL)
		return;
	close(w->fd);
	free(w->places);
	free(w);
}

bool
window_lend(struct window *w, const struct window_borrower *borrower,
    struct slice *area)
{
	w->places = malloc(PLACES * w->size);
	if (w->places == NULL)
		return false;
	w->borrower = *borrower;
	*area = slice_of(w->places, PLACES * w->size);
	return true;
}

/* The place that was left longest ago. */
static uint8_t *
next_place(struct window *w)
{
	const struct window_borrower *b = &w->borrower;

	w->left[w->place] = b->mark(b->arg);
	w->place = (w->place + 1) % PLACES;
	b->wait(b->arg, w->left[w->place]);
	return w->places + w->place * w->size;
}

/* Go on at the front of a place, with what was not taken yet. */
static void
turn(struct window *w)
{
	const uint8_t *rest = w->octets + w->begin;

	if (w->places != NULL)
		w->octets = next_place(w);
	memmove(w->octets, rest, w->end - w->begin);
	w->end -= w->begin;
	w->begin = 0;
}

/* A pipe gives little at a time: a place that is lent takes a whole block. */
static bool
is_full(const struct window *w)
{
	return w->places == NULL || w->octets == w->own || w->end >= BLOCK ||
	    w->size - w->end < BLOCK;
}

static ssize_t
read_block(struct window *w)
{
	ssize_t got;

	if (is_full(w))
		turn(w);
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
