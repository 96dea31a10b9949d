/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/record.h"

#include <stdlib.h>

#include "base/siphash.h"

enum { FIRST_ROOM = 4096, LENGTH_OCTETS = 4, CHECKSUM_OCTETS = 8 };

void
record_init(struct record *r, size_t most)
{
	*r = (struct record){ .most = most };
}

void
record_done(struct record *r)
{
	free(r->octets);
	*r = (struct record){ .failed = true };
}

size_t
record_left(const struct record *r)
{
	return r->failed ? 0 : r->most - r->len;
}

/* Room for `octets' more, or NULL. */
static uint8_t *
grow(struct record *r, size_t octets)
{
	size_t room = r->room < FIRST_ROOM ? FIRST_ROOM : r->room;
	uint8_t *grown;

	if (octets > record_left(r)) {
		r->failed = true;
		return NULL;
	}
	while (room < r->len + octets)
		room *= 2;
	if (room != r->room) {
		grown = realloc(r->octets, room);
		if (grown == NULL) {
			r->failed = true;
			return NULL;
		}
		r->octets = grown;
		r->room = room;
	}
	r->len += octets;
	return r->octets + r->len - octets;
}

static void
put_number(uint8_t *at, uint64_t n, size_t octets)
{
	for (size_t i = 0; i < octets; i++)
		at[i] = (uint8_t)(n >> 8 * i);
}

void
record_number(struct record *r, uint64_t n, size_t octets)
{
	uint8_t *at = grow(r, octets);

	if (at != NULL)
		put_number(at, n, octets);
}

void
record_octets(struct record *r, struct slice octets)
{
	uint8_t *at = grow(r, octets.len);

	if (at != NULL && octets.len > 0)
		memcpy(at, octets.p, octets.len);
}

void
record_text(struct record *r, struct slice text)
{
	text = slice_first(text, UINT16_MAX);
	record_number(r, text.len, 2);
	record_octets(r, text);
}

size_t
record_begin(struct record *r)
{
	record_number(r, 0, LENGTH_OCTETS);
	return r->len;
}

void
record_end(struct record *r, size_t begun)
{
	if (!r->failed)
		put_number(r->octets + begun - LENGTH_OCTETS, r->len - begun,
		    LENGTH_OCTETS);
}

static uint64_t
checksum(struct slice octets)
{
	static const struct siphash_key unkeyed = { 0, 0 };

	return siphash_24(&unkeyed, octets);
}

void
record_seal(struct record *r)
{
	if (!r->failed)
		record_u64(r, checksum(slice_of(r->octets, r->len)));
}

bool
record_unseal(struct slice sealed, struct slice *content)
{
	struct cursor c;
	struct slice octets;

	if (sealed.len < CHECKSUM_OCTETS)
		return false;
	octets = slice_first(sealed, sealed.len - CHECKSUM_OCTETS);
	c = cursor_over(slice_after(sealed, octets.len));
	if (cursor_le64(&c) != checksum(octets))
		return false;
	*content = octets;
	return true;
}

uint64_t
record_read_below(struct cursor *c, size_t octets, uint64_t limit)
{
	const uint64_t n = cursor_number_le(c, octets);

	if (n < limit)
		return n;
	c->bad = true;
	return 0;
}

bool
record_read_flag(struct cursor *c)
{
	return record_read_below(c, 1, 2) == 1;
}

int64_t
record_read_within(struct cursor *c, int64_t most)
{
	const int64_t n = (int64_t)cursor_le64(c);

	if (n >= -most && n <= most)
		return n;
	c->bad = true;
	return 0;
}

nstime
record_read_time(struct cursor *c)
{
	return record_read_within(c, RECORD_MOST_TIME);
}

nstime
record_read_now(struct cursor *c, nstime shift)
{
	nstime t = record_read_time(c);

	if (!__builtin_add_overflow(t, shift, &t) &&
	    t > -RECORD_MOST_TIME / 2 && t < RECORD_MOST_TIME / 2)
		return t;
	c->bad = true;
	return 0;
}

struct slice
record_read_text(struct cursor *c, size_t most)
{
	const size_t len = cursor_le16(c);

	if (len > most)
		c->bad = true;
	return cursor_take(c, len);
}

struct slice
record_read_line(struct cursor *c, size_t most)
{
	const struct slice text = record_read_text(c, most);

	for (size_t i = 0; i < text.len; i++)
		if (text.p[i] < ' ' || text.p[i] == 0x7f)
			c->bad = true;
	return c->bad ? slice_of(NULL, 0) : text;
}

struct cursor
record_read_part(struct cursor *c)
{
	struct cursor part = cursor_over(cursor_take(c, cursor_le32(c)));

	part.bad = c->bad;
	return part;
}
