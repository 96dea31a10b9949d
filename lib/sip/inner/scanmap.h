/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCANMAP_H
#define SCANMAP_H

#include <endian.h>

#include "base/slice.h"

/*
 * Where in the head of a message something may begin or end: one bit for each
 * octet, made many octets at a time, line by line as the scanner asks.
 * Walking the set bits visits a fifth of the octets, and no branch depends on
 * the length of a word.
 */

/* For each octet, or with a constant that makes most of it go away. */
#define SCANMAP_INLINE __attribute__((always_inline)) static inline

/* The longest head that fits; longer ones are for libosip2. */
#define SCANMAP_WORDS 256

struct scanmap {
	struct slice octets; /* the octet of bit 0 of word 0, and on */
	size_t next;         /* octet that begins the next line */
	size_t made;         /* octets whose bits are set or not */
	size_t marks;        /* set in `marked' */
	/* Bit n of word w is that of octet 64 w + n.  Words are kept with the
	 * lowest octet first; the one behind the last made is zero. */
	uint64_t marked[SCANMAP_WORDS + 1];  /* no letter, digit, '-', '.' */
	uint64_t control[SCANMAP_WORDS + 1]; /* below 32; marked as well */
};

/* A map of nothing yet, in place: it is as large as a page. */
static inline void
scanmap_begin(struct scanmap *map, struct slice octets)
{
	map->octets = octets;
	map->next = map->made = map->marks = 0;
	map->marked[0] = map->control[0] = 0;
}

/*
 * Make up to four words more.  False at the end of the octets or of the map.
 * scanmap_line() calls it as needed.
 */
bool scanmap_extend(struct scanmap *map);

/* The same without what only some processors have. */
bool scanmap_extend_plain(struct scanmap *map);

/* Bit 0 is that of octet i; the bits of SCANMAP_SURE octets are there.  Whether
 * words end among them makes no difference, not even to branch prediction. */
#define SCANMAP_SURE 57

static inline uint64_t
scanmap_bits(const uint64_t *words, size_t i)
{
	uint64_t bits;

	memcpy(&bits, (const uint8_t *)words + i / 8, sizeof(bits));
	return le64toh(bits) >> i % 8;
}

/*
 * The next line, without its CRLF, which are the only controls in it.  False
 * if there is no such line.
 */
static inline bool
scanmap_line(struct scanmap *map, struct slice *line)
{
	const uint8_t *octets = map->octets.p;
	const size_t begin = map->next;
	size_t end = begin;
	uint64_t bits;

	while ((bits = scanmap_bits(map->control, end)) == 0) {
		if (end + SCANMAP_SURE <= map->made)
			end += SCANMAP_SURE;
		else if (!scanmap_extend(map))
			return false;
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
	uint64_t bits;

	while ((bits = scanmap_bits(
		    map->marked, (size_t)(p - map->octets.p))) == 0)
		p += SCANMAP_SURE;
	return p + (size_t)__builtin_ctzll(bits);
}

#endif
