/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/wirecodec.h"

/* Nothing of a batch is further from it than this. */
#define MOST_AGE (30 * 86400 * NSTIME_S)

void
wirecodec_number(struct wirecodec *c, uint64_t *n, uint64_t most)
{
	uint64_t value = 0;
	unsigned shift = 0;
	uint8_t octet;

	if (c->out != NULL) {
		value = *n > most ? most : *n;
		for (; value >= 0x80; value >>= 7)
			record_u8(c->out, (uint8_t)(value | 0x80));
		record_u8(c->out, (uint8_t)value);
		return;
	}
	do {
		octet = cursor_u8(&c->in);
		if (shift == 63 && octet > 1)
			c->in.bad = true;
		value |= (uint64_t)(octet & 0x7f) << shift;
		shift += 7;
	} while ((octet & 0x80) != 0 && shift < 70 && !c->in.bad);
	if ((octet & 0x80) != 0 || value > most)
		c->in.bad = true;
	*n = c->in.bad ? 0 : value;
}

void
wirecodec_fixed(struct wirecodec *c, uint64_t *n, size_t octets)
{
	if (c->out != NULL)
		record_number(c->out, *n, octets);
	else
		*n = cursor_number_le(&c->in, octets);
}

/* Zigzag: small negative numbers are short too. */
void
wirecodec_signed(struct wirecodec *c, int64_t *n)
{
	uint64_t folded = (uint64_t)*n << 1 ^ (*n < 0 ? UINT64_MAX : 0);

	wirecodec_number(c, &folded, UINT64_MAX);
	if (c->out == NULL)
		*n = (int64_t)(folded >> 1 ^ (0 - (folded & 1)));
}

void
wirecodec_flag(struct wirecodec *c, bool *fact)
{
	WIRECODEC_FIELD(c, *fact, 1);
}

static int64_t
within(int64_t n, int64_t most)
{
	return n > most ? most : n < -most ? -most : n;
}

/* 0: never before, 1: never at all, else the difference follows. */
static void
time_at(struct wirecodec *c, nstime *t, nstime base, nstime shift)
{
	unsigned kind = *t == INT64_MIN ? 0 : *t == NSTIME_NEVER ? 1 : 2;
	int64_t since = kind < 2 ? 0 : within(*t - base, MOST_AGE);

	if (c->timeless)
		return;
	if (kind == 2) {
		/* One octet less for nearly all of them. */
		since = since >= 0 ? since + 2 : since - 1;
	} else {
		since = kind == 0 ? 0 : 1;
	}
	wirecodec_signed(c, &since);
	if (c->out != NULL)
		return;
	if (since == 0 || since == 1) {
		*t = since == 0 ? INT64_MIN : NSTIME_NEVER;
		return;
	}
	since = since > 0 ? since - 2 : since + 1;
	if (since > MOST_AGE || since < -MOST_AGE)
		c->in.bad = true;
	*t = c->in.bad ? 0 : base + since + shift;
}

void
wirecodec_now(struct wirecodec *c, nstime *now)
{
	time_at(c, now, c->now, c->shift_now);
}

void
wirecodec_wall(struct wirecodec *c, nstime *wall)
{
	time_at(c, wall, c->wall, c->shift_wall);
}

/* In whole units, rounded down. */
static void
now_in(struct wirecodec *c, nstime *now, nstime unit)
{
	int64_t since = (*now - c->now) / unit - ((*now - c->now) % unit < 0);

	wirecodec_signed(c, &since);
	if (c->out != NULL)
		return;
	if (since > MOST_AGE / unit || since < -MOST_AGE / unit)
		c->in.bad = true;
	*now = c->in.bad ? 0 : c->now + since * unit + c->shift_now;
}

void
wirecodec_coarse(struct wirecodec *c, nstime *now)
{
	now_in(c, now, NSTIME_MS);
}

void
wirecodec_fine(struct wirecodec *c, nstime *now)
{
	now_in(c, now, NSTIME_US);
}

void
wirecodec_told(struct wirecodec *c, nstime *told)
{
	if (c->out != NULL)
		*told = within(*told, RECORD_MOST_TIME);
	wirecodec_signed(c, told);
	if (c->out == NULL &&
	    (*told > RECORD_MOST_TIME || *told < -RECORD_MOST_TIME))
		c->in.bad = true;
	if (c->in.bad)
		*told = 0;
}

void
wirecodec_text(struct wirecodec *c, struct slice *text, size_t most)
{
	size_t len = text->len > most ? most : text->len;

	WIRECODEC_FIELD(c, len, most);
	if (c->out != NULL)
		record_octets(c->out, slice_first(*text, len));
	else
		*text = cursor_take(&c->in, len);
}

void
wirecodec_chars(struct wirecodec *c, char *text, size_t size)
{
	struct slice s = slice_of(NULL, 0);

	if (c->out != NULL)
		s = slice_text(text);
	wirecodec_text(c, &s, size - 1);
	if (c->out != NULL)
		return;
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < ' ' || s.p[i] == 0x7f)
			c->in.bad = true;
	if (c->in.bad)
		s.len = 0;
	if (s.len > 0)
		memcpy(text, s.p, s.len);
	text[s.len] = '\0';
}

void
wirecodec_octets(struct wirecodec *c, uint8_t *octets, size_t len)
{
	struct slice s;

	if (c->out != NULL) {
		record_octets(c->out, slice_of(octets, len));
		return;
	}
	s = cursor_take(&c->in, len);
	if (s.len > 0)
		memcpy(octets, s.p, s.len);
}

/* The number of an address that was written before, or `addresses'. */
static unsigned
find(const struct wirecodec *c, const struct address *a)
{
	const unsigned from = c->addresses > 64 ? c->addresses - 64 : 0;

	for (unsigned i = from; i < c->addresses; i++)
		if (endpoint_address_equal(&c->address[i], a))
			return i;
	for (unsigned i = 0; i < from && i < 64; i++)
		if (endpoint_address_equal(&c->address[i], a))
			return i;
	return c->addresses;
}

static void
new_address(struct wirecodec *c, struct address *a)
{
	uint8_t version = a->version;
	size_t len;

	WIRECODEC_FIELD(c, version, 6);
	len = version == 4 ? 4 : version == 6 ? 16 : 0;
	if (c->out != NULL) {
		record_octets(c->out, slice_of(a->octets, len));
	} else {
		*a = endpoint_address(cursor_take(&c->in, len));
		if (a->version != version)
			c->in.bad = true;
	}
	if (c->addresses < WIRECODEC_ADDRESSES)
		c->address[c->addresses++] = *a;
}

/* The first octets refer to the first addresses; WIRECODEC_ADDRESSES: one that
 * is not kept. */
void
wirecodec_address(struct wirecodec *c, struct address *a)
{
	unsigned number = c->out != NULL ? find(c, a) : 0;

	WIRECODEC_FIELD(c, number, c->addresses);
	if (number == c->addresses)
		new_address(c, a);
	else if (c->out == NULL)
		*a = c->address[number];
}

void
wirecodec_endpoint(struct wirecodec *c, struct endpoint *e)
{
	wirecodec_address(c, &e->address);
	WIRECODEC_FIELD(c, e->port, UINT16_MAX);
}
