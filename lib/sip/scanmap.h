/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCANMAP_H
#define SCANMAP_H

#include "base/slice.h"

/*
 * Where in the head of a message something may begin or end: one bit for each
 * octet, made many octets at a time, line by line as the scanner asks.  Who
 * goes from bit to bit looks at a fifth of the octets, and does not mispredict
 * how long each word is.
 */

/* The longest head that fits; longer ones are for libosip2. */
#define SCANMAP_WORDS 256

struct scanmap {
	struct slice octets; /* what bit 0 of word 0 stands for, and on */
	size_t next;         /* octet that begins the next line */
	size_t words;        /* that were made; the others are not set */
	size_t marks;        /* set in `marked' */
	/* Bit n of word w stands for octet 64 w + n. */
	uint64_t marked[SCANMAP_WORDS];  /* no letter, digit, '-' or '.' */
	uint64_t control[SCANMAP_WORDS]; /* below 32; marked as well */
};

/* A map of nothing yet, in place: it is as large as a page. */
static inline void
scanmap_begin(struct scanmap *map, struct slice octets)
{
	map->octets = octets;
	map->next = map->words = map->marks = 0;
}

/*
 * Make up to four words more.  False at the end of the octets or of the map.
 * scanmap_line() calls it as needed.
 */
bool scanmap_extend(struct scanmap *map);

/* The same without what only some processors have. */
bool scanmap_extend_plain(struct scanmap *map);

/*
 * The next line, without its CRLF, which are the only controls in it.  False
 * if there is no such line.
 */
static inline bool
scanmap_line(struct scanmap *map, struct slice *line)
{
	const uint8_t *octets = map->octets.p;
	const size_t begin = map->next;
	size_t w = begin / 64, end;
	uint64_t bits;

	if (w >= map->words && !scanmap_extend(map))
		return false;
	bits = map->control[w] >> begin % 64;
	end = begin;
	while (bits == 0) {
		if (++w == map->words && !scanmap_extend(map))
			return false;
		bits = map->control[w];
		end = 64 * w;
	}
	end += (size_t)__builtin_ctzll(bits);
	*line = slice_of(octets + begin, end - begin);
	map->next = end + 2;
	return map->next <= map->octets.len &&
	    memcmp(octets + end, "\r\n", 2) == 0;
}

/* The first marked octet from `p' on, which must be in a line that was given
 * out: its end is marked. */
static inline const uint8_t *
scanmap_mark(const struct scanmap *map, const uint8_t *p)
{
	const size_t i = (size_t)(p - map->octets.p);
	uint64_t bits = map->marked[i / 64] >> i % 64;

	if (bits != 0)
		return p + (size_t)__builtin_ctzll(bits);
	for (size_t w = i / 64 + 1;; w++)
		if ((bits = map->marked[w]) != 0)
			return map->octets.p + 64 * w +
			    (size_t)__builtin_ctzll(bits);
}

#endif
