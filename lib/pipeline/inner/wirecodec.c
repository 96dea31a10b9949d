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
wirecodec_once(struct wirecodec *c, nstime *now)
{
	time_at(c, now, c->now, c->shift_now);
}

static void
must_be_told(struct wirecodec *c, nstime *t)
{
	if (c->out != NULL || (*t != INT64_MIN && *t != NSTIME_NEVER))
		return;
	c->in.bad = true;
	*t = 0;
}

void
wirecodec_now(struct wirecodec *c, nstime *now)
{
	wirecodec_once(c, now);
	must_be_told(c, now);
}

void
wirecodec_wall(struct wirecodec *c, nstime *wall)
{
	time_at(c, wall, c->wall, c->shift_wall);
	must_be_told(c, wall);
}

static int64_t
whole_units(int64_t n, int64_t unit)
{
	return n / unit - (n % unit < 0);
}

void
wirecodec_fine(struct wirecodec *c, nstime *now)
{
	const int64_t most = MOST_AGE / NSTIME_US;
	int64_t since = c->out == NULL
	    ? 0
	    : within(whole_units(*now - c->now, NSTIME_US), most);

	wirecodec_signed(c, &since);
	if (c->out != NULL)
		return;
	if (within(since, most) != since)
		c->in.bad = true;
	*now = c->in.bad ? 0 : c->now + since * NSTIME_US + c->shift_now;
}

void
wirecodec_told_in(struct wirecodec *c, nstime *told, nstime unit)
{
	const int64_t most = RECORD_MOST_TIME / unit;
	int64_t units =
	    c->out == NULL ? 0 : within(whole_units(*told, unit), most);

	wirecodec_signed(c, &units);
	if (within(units, most) != units)
		c->in.bad = true;
	*told = c->in.bad ? 0 : units * unit;
}

void
wirecodec_told(struct wirecodec *c, nstime *told)
{
	wirecodec_told_in(c, told, 1);
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

/* The number of an address that was written before, or their count. */
static unsigned
find(const struct wirecodec *c, const struct address *a)
{
	const unsigned count = c->before.addresses;
	const unsigned from = count > 64 ? count - 64 : 0;

	for (unsigned i = from; i < count; i++)
		if (endpoint_address_equal(&c->address[i], a))
			return i;
	for (unsigned i = 0; i < from && i < 64; i++)
		if (endpoint_address_equal(&c->address[i], a))
			return i;
	return count;
}

/*
 * How an address is written.  A number from FORM_KNOWN on refers to one that
 * was written before.  Hosts of one site are near one another: of IPv4 as many
 * of the last octets follow as differ from the latest one, of IPv6 those behind
 * its /64.
 */
enum {
	FORM_NONE,      /* no address */
	FORM_FOUR,      /* IPv4, all octets but the first three: 1 .. */
	FORM_SIX = 5,   /* IPv6, all octets .. */
	FORM_INTERFACE, /* .. or those behind the /64 */
	FORM_KNOWN
};

enum { PREFIX = 8 /* octets of a /64 */ };

static unsigned
form_of(const struct wirecodec *c, const struct address *a)
{
	const struct address *four = &c->before.four, *six = &c->before.six;
	const unsigned number = find(c, a);
	unsigned same = 0;

	if (number < c->before.addresses)
		return FORM_KNOWN + number;
	if (a->version == 6)
		return memcmp(a->octets, six->octets, PREFIX) == 0
		    ? FORM_INTERFACE
		    : FORM_SIX;
	if (a->version != 4)
		return FORM_NONE;
	while (same < 3 && a->octets[same] == four->octets[same])
		same++;
	return FORM_FOUR + 3 - same;
}

/* The first octets that are those of the latest address. */
static size_t
octets_shared(unsigned form)
{
	if (form < FORM_SIX)
		return FORM_FOUR + 3 - form;
	return form == FORM_INTERFACE ? PREFIX : 0;
}

static void
new_address(struct wirecodec *c, struct address *a, unsigned form)
{
	const bool is_six = form >= FORM_SIX;
	const size_t from = octets_shared(form), end = is_six ? 16 : 4;
	struct address *latest = is_six ? &c->before.six : &c->before.four;
	struct address near = *latest;

	if (c->out == NULL) {
		wirecodec_octets(c, near.octets + from, end - from);
		*a = endpoint_address(slice_of(near.octets, end));
		if (a->version != (is_six ? 6 : 4))
			c->in.bad = true;
	} else {
		wirecodec_octets(c, a->octets + from, end - from);
	}
	*latest = *a;
	if (c->before.addresses < WIRECODEC_ADDRESSES)
		c->address[c->before.addresses++] = *a;
}

void
wirecodec_address(struct wirecodec *c, struct address *a)
{
	unsigned form = c->out != NULL ? form_of(c, a) : FORM_NONE;

	WIRECODEC_FIELD(c, form, FORM_KNOWN + c->before.addresses - 1);
	if (form != FORM_NONE && form < FORM_KNOWN)
		new_address(c, a, form);
	else if (c->out == NULL)
		*a = form == FORM_NONE ? (struct address){ .version = 0 }
				       : c->address[form - FORM_KNOWN];
}

/* Most servers have the port of the one before: 0 says so. */
static void
port(struct wirecodec *c, uint16_t *n)
{
	uint32_t number = *n == c->before.port ? 0 : *n + UINT32_C(1);

	WIRECODEC_FIELD(c, number, UINT16_MAX + 1);
	if (number > 0)
		c->before.port = (uint16_t)(number - 1);
	*n = c->before.port;
}

void
wirecodec_endpoint(struct wirecodec *c, struct endpoint *e)
{
	wirecodec_address(c, &e->address);
	port(c, &e->port);
}
