/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCANLINE_H
#define SCANLINE_H

#include "sip/inner/field.h"
#include "sip/inner/scancredit.h"
#include "sip/inner/scantail.h"
#include "sip/scanlines.h"

/*
 * One known line: its octets, and where in them the parts are that the scanner
 * found.  A line has one place, by a digest of all its octets, and the latest
 * one has it.  The digest needs no key: a sender who fills places only makes us
 * read as if nothing was known.
 */

enum {
	SCANLINE_LEAST = 16,   /* shorter lines are read as fast */
	SCANLINE_OCTETS = 186, /* so that a place is three cache lines */
	SCANLINE_PARTS = 2,
	SCANLINE_PLACES = 128,
	SCANLINE_KINDS = 16 /* of lines, by enum field_name */
};

/* The parts of a line in an order that its kind defines; empty where the line
 * has less. */
struct scanparts {
	struct slice part[SCANLINE_PARTS];
};

struct scanline {
	uint8_t octets[SCANLINE_OCTETS];
	uint8_t len;  /* 0: the place is free */
	uint8_t kind; /* enum field_name; FIELD_OTHER: a request line */
	struct {
		uint8_t at, len;
	} part[SCANLINE_PARTS];
};

_Static_assert(sizeof(struct scanline) == 192, "three cache lines");

struct scanlines {
	struct scanline lines[SCANLINE_PLACES];
	struct scancredit credit[SCANLINE_KINDS];
	struct scantails tails;
};

static inline uint64_t
scanline_word(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* The last words of the two lanes overlap those before. */
static inline size_t
scanline_digest(struct slice line)
{
	const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t a = line.len, b = 0;

	for (size_t i = 0; i + 16 < line.len; i += 16) {
		a = (a ^ scanline_word(line.p + i)) * factor;
		b = (b ^ scanline_word(line.p + i + 8)) * factor;
		a ^= a >> 32;
		b ^= b >> 32;
	}
	a = (a ^ scanline_word(line.p + line.len - 16)) * factor;
	b = (b ^ scanline_word(line.p + line.len - 8)) * factor;
	return (size_t)((a ^ b >> 1) >> 40);
}

/* The place of a line; NULL: it has none, or its kind pauses. */
static inline struct scanline *
scanline_place(struct scanlines *known, enum field_name kind, struct slice line)
{
	if (line.len < SCANLINE_LEAST || line.len > SCANLINE_OCTETS ||
	    scancredit_pauses(&known->credit[kind]))
		return NULL;
	return &known->lines[scanline_digest(line) % SCANLINE_PLACES];
}

static inline bool
scanline_is(const struct scanline *l, enum field_name kind, struct slice line)
{
	return l->len == line.len && l->kind == kind &&
	    memcmp(l->octets, line.p, line.len) == 0;
}

/* The line was met again: fill its parts. */
void scanline_read(struct scanlines *known, const struct scanline *l,
    struct slice line, struct scanparts *parts);

/* It was read, and takes the place. */
void scanline_keep(struct scanlines *known, struct scanline *l,
    enum field_name kind, struct slice line, const struct scanparts *parts);

#endif
