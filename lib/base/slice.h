/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SLICE_H
#define SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A slice is a run of octets that somebody else owns.  It is passed by value,
 * is never NUL-terminated, and is valid as long as its owner specifies.  An
 * empty slice may have any pointer, NULL included.
 */

struct slice {
	const uint8_t *p;
	size_t len;
};

/* Inlined by force where the text is mostly a constant: its length is then one
 * too, and the comparison a few instructions. */
#define SLICE_INLINE __attribute__((always_inline)) static inline

static inline struct slice
slice_of(const void *octets, size_t len)
{
	return (struct slice){ .p = octets, .len = len };
}

/* The octets of a C string, without its NUL.  `text' may be NULL: empty. */
SLICE_INLINE struct slice
slice_text(const char *text)
{
	return slice_of(text, text == NULL ? 0 : strlen(text));
}

/* The first `len' octets, or all there are. */
static inline struct slice
slice_first(struct slice s, size_t len)
{
	return slice_of(s.p, len < s.len ? len : s.len);
}

/* The octets after the first `len'; empty if there are not that many. */
static inline struct slice
slice_after(struct slice s, size_t len)
{
	if (len >= s.len)
		return slice_of(s.p == NULL ? NULL : s.p + s.len, 0);
	return slice_of(s.p + len, s.len - len);
}

/* Does `part' point into `whole', with all of its octets? */
static inline bool
slice_within(struct slice part, struct slice whole)
{
	const uintptr_t from = (uintptr_t)part.p, begin = (uintptr_t)whole.p;

	return from >= begin && from - begin <= whole.len &&
	    part.len <= whole.len - (from - begin);
}

/* Octets `from' up to but not including `to', both clamped to the slice. */
static inline struct slice
slice_between(struct slice s, size_t from, size_t to)
{
	return slice_after(slice_first(s, to), from);
}

static inline bool
slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

/* Does one of the two begin like the other? */
static inline bool
slice_agree(struct slice a, struct slice b)
{
	return slice_equal(slice_first(a, b.len), slice_first(b, a.len));
}

/* ASCII only, whatever the locale: SIP tokens, RFC 3261 section 7.3.1. */
static inline uint8_t
slice_lower(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet | 0x20) : octet;
}

static inline bool
slice_equal_nocase(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (slice_lower(a.p[i]) != slice_lower(b.p[i]))
			return false;
	return true;
}

SLICE_INLINE bool
slice_is(struct slice s, const char *text)
{
	const size_t len = slice_text(text).len;

	return s.len == len && (len == 0 || memcmp(s.p, text, len) == 0);
}

static inline bool
slice_is_nocase(struct slice s, const char *text)
{
	return slice_equal_nocase(s, slice_text(text));
}

SLICE_INLINE bool
slice_starts_with(struct slice s, const char *text)
{
	const size_t len = slice_text(text).len;

	return s.len >= len && (len == 0 || memcmp(s.p, text, len) == 0);
}

static inline bool
slice_starts_with_nocase(struct slice s, const char *text)
{
	const struct slice t = slice_text(text);

	return s.len >= t.len && slice_equal_nocase(slice_first(s, t.len), t);
}

/* Index of the first `octet', or s.len if there is none. */
static inline size_t
slice_index(struct slice s, uint8_t octet)
{
	const uint8_t *found = s.len == 0 ? NULL : memchr(s.p, octet, s.len);

	return found == NULL ? s.len : (size_t)(found - s.p);
}

/* Index of the first occurrence of `text', or s.len if there is none. */
static inline size_t
slice_find(struct slice s, const char *text)
{
	const struct slice t = slice_text(text);
	const uint8_t *found =
	    s.len == 0 ? NULL : memmem(s.p, s.len, t.p, t.len);

	return found == NULL ? s.len : (size_t)(found - s.p);
}

static inline bool
slice_is_blank(uint8_t octet)
{
	return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n';
}

/* Without the blanks, tabs, CRs and LFs at both ends. */
static inline struct slice
slice_trim(struct slice s)
{
	while (s.len > 0 && slice_is_blank(s.p[0]))
		s = slice_after(s, 1);
	while (s.len > 0 && slice_is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

/*
 * The whole slice as an unsigned decimal number.  False, and *value untouched,
 * if it is empty, holds anything but digits, or exceeds `max'.
 */
static inline bool
slice_decimal(struct slice s, uint64_t max, uint64_t *value)
{
	uint64_t n = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		const uint64_t digit = (uint64_t)s.p[i] - '0';

		if (digit > 9 || n > (max - digit) / 10 || digit > max)
			return false;
		n = n * 10 + digit;
	}
	*value = n;
	return true;
}

#endif
