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

/* What a connection began with; it has one where that may be a header. */
struct proxyproto_begin {
	bool done;                /* what follows is not looked at */
	struct proxyproto header; /* len 0: there is none */
	struct slice held;        /* octets that may yet become one; ours */
	nstime now, wall;         /* of the first of them */
};

/* That of all connections without a header; nobody writes to it. */
static const struct proxyproto_begin no_header = { .done = true };
#define NO_HEADER ((struct proxyproto_begin *)(uintptr_t)&no_header)

/* NULL when out of memory. */
static struct proxyproto_begin *
begin_of(struct proxyproto_stream *s)
{
	if (s->begin == NULL)
		s->begin = calloc(1, sizeof(*s->begin));
	return s->begin;
}

static void
finish(struct proxyproto_stream *s)
{
	if (s->begin == NULL)
		s->begin = NO_HEADER;
	else
		s->begin->done = true;
}

void
proxyproto_forget(struct proxyproto_stream *s)
{
	if (s->begin != NULL && s->begin != NO_HEADER) {
		free((void *)(uintptr_t)s->begin->held.p);
		free(s->begin);
	}
	s->begin = NULL;
}

struct endpoint
proxyproto_client(const struct proxyproto_stream *s)
{
	return s->begin == NULL ? no_header.header.from : s->begin->header.from;
}

/* Keeps the octets behind those that are held.  False when out of memory. */
static bool
hold(struct proxyproto_stream *s, const struct tcpreasm_event *e)
{
	struct proxyproto_begin *b = begin_of(s);
	uint8_t *octets;

	if (b == NULL)
		return false;
	octets = realloc(
	    (void *)(uintptr_t)b->held.p, b->held.len + e->octets.len + 1);
	if (octets == NULL)
		return false;
	if (b->held.len == 0) {
		b->now = e->now;
		b->wall = e->wall;
	}
	if (e->octets.len > 0)
		memcpy(octets + b->held.len, e->octets.p, e->octets.len);
	b->held = slice_of(octets, b->held.len + e->octets.len);
	return true;
}

/* It was no header: all that was held goes on as if it had come at once. */
static bool
let_go(struct proxyproto_stream *s, size_t before, struct tcpreasm_event *out)
{
	finish(s);
	if (before == 0)
		return true;
	out->offset -= before;
	out->octets = s->begin->held;
	out->now = s->begin->now;
	out->wall = s->begin->wall;
	return true;
}

static void
take_header(struct proxyproto_stream *s, const struct proxyproto *header)
{
	struct proxyproto_begin *b = begin_of(s);

	if (b != NULL)
		b->header = *header;
	finish(s);
}

static bool
is_looked_at(const struct proxyproto_stream *s, const struct tcpreasm_event *e)
{
	return (s->begin == NULL || !s->begin->done) &&
	    e->direction == TCPREASM_TO_SERVER &&
	    (e->fact == TCPREASM_DATA || e->fact == TCPREASM_GAP);
}

bool
proxyproto_strip(struct proxyproto_stream *s, const struct tcpreasm_event *e,
    struct tcpreasm_event *out)
{
	const size_t before = s->begin == NULL ? 0 : s->begin->held.len;
	struct slice whole = e->octets;
	struct proxyproto header;
	enum proxyproto_result result;

	*out = *e;
	out->proxied = proxyproto_client(s);
	if (e->direction == TCPREASM_TO_SERVER && s->begin != NULL)
		out->begin = s->begin->header.len;
	if (!is_looked_at(s, e))
		return true;
	if (e->fact == TCPREASM_GAP || e->guessed || e->offset != before ||
	    (before > 0 && !hold(s, e))) {
		finish(s);
		return true;
	}
	if (before > 0)
		whole = s->begin->held;
	result = proxyproto_parse(whole, &header);
	if (result == PROXYPROTO_PARTIAL && whole.len <= PROXYPROTO_MOST &&
	    (before > 0 || hold(s, e)))
		return false;
	if (result != PROXYPROTO_HEADER)
		return let_go(s, before, out);
	take_header(s, &header);
	out->octets = slice_after(whole, header.len);
	out->offset += e->octets.len - out->octets.len;
	out->begin = header.len;
	out->proxied = header.from;
	return out->octets.len > 0;
}
