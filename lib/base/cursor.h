/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CURSOR_H
#define CURSOR_H

#include "base/slice.h"

/*
 * A cursor reads a slice from front to back and latches its first error: a
 * decoder reads straight down its diagram and asks `bad' once, at the end.
 * After an error every read gives zeros or an empty slice.  Numbers are in
 * network octet order unless the name has le (little-endian).
 */

struct cursor {
	struct slice rest; /* what has not been read yet */
	bool bad;          /* something was asked for that was not there */
};

static inline struct cursor
cursor_over(struct slice octets)
{
	return (struct cursor){ .rest = octets, .bad = false };
}

/* The next `len' octets, borrowed; empty and bad if there are fewer. */
static inline struct slice
cursor_take(struct cursor *c, size_t len)
{
	struct slice taken;

	if (c->bad || len > c->rest.len) {
		c->bad = true;
		return slice_of(NULL, 0);
	}
	taken = slice_first(c->rest, len);
	c->rest = slice_after(c->rest, len);
	return taken;
}

/* Written out, for the compiler makes one load of it. */
static inline uint32_t
cursor_join(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (uint32_t)a << 24 | (uint32_t)b << 16 | (uint32_t)c << 8 | d;
}

/* The next `octets' (at most 8) as one number, most significant first. */
static inline uint64_t
cursor_number(struct cursor *c, size_t octets)
{
	const struct slice s = cursor_take(c, octets);
	uint64_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n = n << 8 | s.p[i];
	return n;
}

static inline uint64_t
cursor_number_le(struct cursor *c, size_t octets)
{
	const struct slice s = cursor_take(c, octets);
	uint64_t n = 0;

	for (size_t i = s.len; i > 0; i--)
		n = n << 8 | s.p[i - 1];
	return n;
}

static inline uint8_t
cursor_u8(struct cursor *c)
{
	const struct slice s = cursor_take(c, 1);

	return s.len == 0 ? 0 : s.p[0];
}

static inline uint16_t
cursor_u16(struct cursor *c)
{
	const struct slice s = cursor_take(c, 2);

	return s.len == 0 ? 0 : (uint16_t)(s.p[0] << 8 | s.p[1]);
}

static inline uint32_t
cursor_u24(struct cursor *c)
{
	return (uint32_t)cursor_number(c, 3);
}

static inline uint32_t
cursor_u32(struct cursor *c)
{
	const struct slice s = cursor_take(c, 4);

	return s.len == 0 ? 0 : cursor_join(s.p[0], s.p[1], s.p[2], s.p[3]);
}

static inline uint64_t
cursor_u64(struct cursor *c)
{
	return cursor_number(c, 8);
}

static inline uint16_t
cursor_le16(struct cursor *c)
{
	const struct slice s = cursor_take(c, 2);

	return s.len == 0 ? 0 : (uint16_t)(s.p[1] << 8 | s.p[0]);
}

static inline uint32_t
cursor_le32(struct cursor *c)
{
	const struct slice s = cursor_take(c, 4);

	return s.len == 0 ? 0 : cursor_join(s.p[3], s.p[2], s.p[1], s.p[0]);
}

static inline uint64_t
cursor_le64(struct cursor *c)
{
	return cursor_number_le(c, 8);
}

/* In the order that a file was found to be written in. */
static inline uint16_t
cursor_ordered16(struct cursor *c, bool little)
{
	return little ? cursor_le16(c) : cursor_u16(c);
}

static inline uint32_t
cursor_ordered32(struct cursor *c, bool little)
{
	return little ? cursor_le32(c) : cursor_u32(c);
}

static inline uint64_t
cursor_ordered64(struct cursor *c, bool little)
{
	return little ? cursor_le64(c) : cursor_u64(c);
}

#endif
