/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/inner/ber.h"

#include "witness/inner/clocktext.h"

enum { MOST_LENGTH_OCTETS = 4, MOST_INTEGER_OCTETS = 5 };

uint8_t
ber_next(const struct cursor *c)
{
	return c->bad || c->rest.len == 0 ? 0 : c->rest.p[0];
}

bool
ber_length(struct cursor *c, size_t *len)
{
	*len = cursor_u8(c);
	if (*len > 0x80 + MOST_LENGTH_OCTETS || *len == 0x80)
		return false;
	if (*len > 0x80)
		*len = cursor_number(c, *len - 0x80);
	return true;
}

struct cursor
ber_into_cut(struct cursor *c, uint8_t tag, bool *cut)
{
	struct cursor inner = { .bad = true };
	size_t len;

	if (cursor_u8(c) != tag || !ber_length(c, &len) || c->bad) {
		c->bad = true;
		return inner;
	}
	*cut = len > c->rest.len;
	return cursor_over(cursor_take(c, *cut ? c->rest.len : len));
}

struct cursor
ber_into(struct cursor *c, uint8_t tag)
{
	bool cut = false;
	struct cursor inner = ber_into_cut(c, tag, &cut);

	if (cut)
		c->bad = inner.bad = true;
	return inner;
}

struct slice
ber_take(struct cursor *c, uint8_t tag)
{
	const struct cursor inner = ber_into(c, tag);

	return inner.bad ? slice_of(NULL, 0) : inner.rest;
}

struct cursor
ber_enter(struct cursor *c, unsigned n)
{
	return ber_into(c, (uint8_t)(BER_CONTEXT | n));
}

bool
ber_has(const struct cursor *c, unsigned n)
{
	return ber_next(c) == (BER_CONTEXT | n);
}

void
ber_leave(struct cursor *c, const struct cursor *field)
{
	c->bad = c->bad || field->bad || field->rest.len > 0;
}

int64_t
ber_integer(struct cursor *c)
{
	const struct slice s = ber_take(c, BER_INTEGER);
	uint64_t value;

	if (s.len == 0 || s.len > MOST_INTEGER_OCTETS) {
		c->bad = true;
		return 0;
	}
	value = s.p[0] & 0x80 ? UINT64_MAX : 0;
	for (size_t i = 0; i < s.len; i++)
		value = value << 8 | s.p[i];
	return (int64_t)value;
}

int64_t
ber_bounded(struct cursor *c, unsigned n, int64_t least, int64_t most)
{
	struct cursor field = ber_enter(c, n);
	const int64_t value = ber_integer(&field);

	ber_leave(c, &field);
	c->bad = c->bad || value < least || value > most;
	return value;
}

static nstime
whole_seconds(struct cursor *t)
{
	const int64_t day = clocktext_day(t, 0);

	return (day + clocktext_time(t, 0)) * NSTIME_S;
}

bool
ber_parse_time(struct slice text, nstime *time)
{
	struct cursor t = cursor_over(text);
	nstime told = whole_seconds(&t), unit;

	told += clocktext_fraction(&t, &unit);
	if (!clocktext_is(&t, 'Z') || t.bad || t.rest.len > 0)
		return false;
	*time = told;
	return true;
}

nstime
ber_time(struct cursor *c, unsigned n)
{
	struct cursor field = ber_enter(c, n);
	struct cursor t = ber_into(&field, BER_GENERALIZED_TIME);
	const nstime told = whole_seconds(&t);

	if (!clocktext_is(&t, 'Z'))
		t.bad = true;
	ber_leave(&field, &t);
	ber_leave(c, &field);
	return c->bad ? 0 : told;
}
