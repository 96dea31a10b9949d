/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/proxyproto.h"

#include <stdlib.h>

#include "base/cursor.h"

enum {
	V1_MOST = 107, /* with its CRLF */
	V2_FIXED = 16,
	V2_PROXY = 0x21,
	V2_LOCAL = 0x20,
	V2_TCP4 = 0x11,
	V2_TCP6 = 0x21
};

static const char signature[] = "\r\n\r\n\0\r\nQUIT\n";

static struct slice
next_word(struct slice *line)
{
	const struct slice word = slice_first(*line, slice_index(*line, ' '));

	*line = slice_after(*line, word.len + 1);
	return word;
}

static bool
read_port(struct slice word, uint16_t *port)
{
	uint64_t n;

	if (!slice_decimal(word, UINT16_MAX, &n))
		return false;
	*port = (uint16_t)n;
	return true;
}

/* "PROXY TCP4 192.0.2.1 192.0.2.2 50001 5060", or "PROXY UNKNOWN" with
 * anything behind it. */
static bool
read_line(struct slice line, struct proxyproto *header)
{
	struct slice kind;

	next_word(&line);
	kind = next_word(&line);
	if (slice_is(kind, "UNKNOWN"))
		return true;
	return (slice_is(kind, "TCP4") || slice_is(kind, "TCP6")) &&
	    endpoint_address_parse(next_word(&line), &header->from.address) &&
	    endpoint_address_parse(next_word(&line), &header->to.address) &&
	    read_port(next_word(&line), &header->from.port) &&
	    read_port(next_word(&line), &header->to.port) && line.len == 0;
}

static enum proxyproto_result
version_1(struct slice octets, struct proxyproto *header)
{
	const size_t end = slice_find(slice_first(octets, V1_MOST), "\r\n");
	struct proxyproto found = { .len = end + 2 };

	if (end == octets.len && octets.len < V1_MOST)
		return PROXYPROTO_PARTIAL;
	if (end + 2 > octets.len || end + 2 > V1_MOST ||
	    !read_line(slice_first(octets, end), &found))
		return PROXYPROTO_NONE;
	*header = found;
	return PROXYPROTO_HEADER;
}

static void
read_addresses(struct cursor *c, size_t octets, struct proxyproto *header)
{
	header->from.address = endpoint_address(cursor_take(c, octets));
	header->to.address = endpoint_address(cursor_take(c, octets));
	header->from.port = cursor_u16(c);
	header->to.port = cursor_u16(c);
}

static enum proxyproto_result
version_2(struct slice octets, struct proxyproto *header)
{
	struct cursor c =
	    cursor_over(slice_after(octets, PROXYPROTO_SIGNATURE));
	const uint8_t command = cursor_u8(&c);
	const uint8_t family = cursor_u8(&c);
	const size_t len = cursor_u16(&c);
	struct proxyproto found = { .len = V2_FIXED + len };

	if (c.bad)
		return PROXYPROTO_PARTIAL;
	if ((command != V2_PROXY && command != V2_LOCAL) ||
	    found.len > PROXYPROTO_MOST)
		return PROXYPROTO_NONE;
	if (c.rest.len < len)
		return PROXYPROTO_PARTIAL;
	c.rest = slice_first(c.rest, len);
	if (command == V2_PROXY && family == V2_TCP4)
		read_addresses(&c, 4, &found);
	else if (command == V2_PROXY && family == V2_TCP6)
		read_addresses(&c, 16, &found);
	if (c.bad)
		return PROXYPROTO_NONE;
	*header = found;
	return PROXYPROTO_HEADER;
}

enum proxyproto_result
proxyproto_parse(struct slice octets, struct proxyproto *header)
{
	const struct slice v1 = slice_text("PROXY ");
	const struct slice v2 = slice_of(signature, PROXYPROTO_SIGNATURE);

	if (slice_agree(octets, v1))
		return octets.len < v1.len ? PROXYPROTO_PARTIAL
					   : version_1(octets, header);
	if (slice_agree(octets, v2))
		return octets.len < v2.len ? PROXYPROTO_PARTIAL
					   : version_2(octets, header);
	return PROXYPROTO_NONE;
}

void
proxyproto_forget(struct proxyproto_stream *s)
{
	free((void *)(uintptr_t)s->held.p);
	s->held = slice_of(NULL, 0);
}

/* Returns held octets joined with those that came; the latter alone when out of
 * memory. */
static struct slice
hold(struct proxyproto_stream *s, const struct tcpreasm_event *e)
{
	const size_t len = s->held.len + e->octets.len;
	uint8_t *octets;

	octets = realloc((void *)(uintptr_t)s->held.p, len + 1);
	if (octets == NULL)
		return e->octets;
	if (s->held.len == 0) {
		s->now = e->now;
		s->wall = e->wall;
	}
	if (e->octets.len > 0)
		memcpy(octets + s->held.len, e->octets.p, e->octets.len);
	s->held = slice_of(octets, len);
	return s->held;
}

/* It was no header: all that was held goes on as if it had come at once. */
static bool
let_go(struct proxyproto_stream *s, struct slice whole, bool held,
    struct tcpreasm_event *out)
{
	s->done = true;
	if (!held)
		return true;
	out->offset -= whole.len - out->octets.len;
	out->octets = whole;
	out->now = s->now;
	out->wall = s->wall;
	return true;
}

bool
proxyproto_strip(struct proxyproto_stream *s, const struct tcpreasm_event *e,
    struct tcpreasm_event *out)
{
	const size_t before = s->held.len;
	struct slice whole = e->octets;
	struct slice rest;

	*out = *e;
	out->proxied = s->header.from;
	if (e->direction == TCPREASM_TO_SERVER)
		out->begin = s->header.len;
	if (s->done || e->direction != TCPREASM_TO_SERVER ||
	    (e->fact != TCPREASM_DATA && e->fact != TCPREASM_GAP))
		return true;
	if (e->fact == TCPREASM_GAP || e->guessed || e->offset != before) {
		s->done = true;
		return true;
	}
	if (before > 0)
		whole = hold(s, e);
	switch (proxyproto_parse(whole, &s->header)) {
	case PROXYPROTO_PARTIAL:
		if (before == 0)
			whole = hold(s, e);
		if (whole.len > PROXYPROTO_MOST || s->held.len == 0)
			return let_go(s, whole, before > 0, out);
		return false;
	case PROXYPROTO_NONE:
		return let_go(s, whole, before > 0, out);
	case PROXYPROTO_HEADER:
		break;
	}
	s->done = true;
	rest = slice_after(whole, s->header.len);
	out->offset += e->octets.len - rest.len;
	out->octets = rest;
	out->begin = s->header.len;
	out->proxied = s->header.from;
	return rest.len > 0;
}
