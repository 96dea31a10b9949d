/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/gist.h"

#include "net/proxyproto.h"

enum {
	RECORD_HEADER = sizeof(((struct gist_way *)0)->header),
	CHANGE_CIPHER_SPEC = 20,
	APPLICATION_DATA = 23,
	TLS_MAJOR = 3,
	SSLV2_HELLO = 0x80, /* the first octet of one, but for the length */
	KEEP_ALIVE = 8,     /* octets; longer ones are no keep-alives here */
	NUMBER = 2
};

/* A gist being written: what travels of `payload' from `from' to `to' is not
 * in it yet. */
struct gist {
	struct record *out;
	struct slice payload;
	size_t told, from, to;
};

static void
end_piece(struct gist *g)
{
	const size_t len = g->to - g->from;

	if (len == 0 || record_left(g->out) < len + 2 * NUMBER)
		return;
	record_number(g->out, g->from - g->told, NUMBER);
	record_number(g->out, len, NUMBER);
	record_octets(
	    g->out, slice_first(slice_after(g->payload, g->from), len));
	g->told = g->to;
}

static void
tell(struct gist *g, size_t from, size_t len)
{
	if (g->to != from) {
		end_piece(g);
		g->from = from;
	}
	g->to = from + len;
}

static void
tell_rest(struct gist *g, size_t from)
{
	tell(g, from, g->payload.len - from);
}

/* Known by type and version of its header, as far as they are there. */
static bool
is_record(struct slice octets)
{
	return octets.len > 0 && octets.p[0] >= CHANGE_CIPHER_SPEC &&
	    octets.p[0] <= APPLICATION_DATA &&
	    (octets.len == 1 || octets.p[1] == TLS_MAJOR);
}

/* See attempt_asks(). */
static void
tell_clear(struct gist *g, size_t at)
{
	const struct slice octets = slice_after(g->payload, at);
	size_t i = 0;

	while (i < octets.len && (octets.p[i] == '\r' || octets.p[i] == '\n'))
		i++;
	if (i == octets.len && i <= KEEP_ALIVE)
		tell_rest(g, at);
	else if (slice_starts_with(octets, "SIP/2.0"))
		tell(g, at, strlen("SIP/2.0"));
	else if (slice_starts_with(octets, "ACK "))
		tell(g, at, strlen("ACK "));
}

/* A record's header, as far as the payload has it; the length behind. */
static size_t
take_header(struct gist_way *way, struct slice octets)
{
	size_t taken = 0;

	while (way->have < RECORD_HEADER && taken < octets.len)
		way->header[way->have++] = octets.p[taken++];
	if (way->have < RECORD_HEADER)
		return taken;
	way->have = 0;
	way->left = (size_t)way->header[3] << 8 | way->header[4];
	way->literal = way->header[0] != APPLICATION_DATA;
	way->strayed = !is_record(slice_of(way->header, 2));
	return taken;
}

static void
tell_records(struct gist *g, struct gist_way *way, size_t at)
{
	while (at < g->payload.len && !way->strayed) {
		const struct slice rest = slice_after(g->payload, at);
		size_t taken;

		if (way->left == 0) {
			taken = take_header(way, rest);
			tell(g, at, taken);
		} else {
			taken = way->left < rest.len ? way->left : rest.len;
			way->left -= taken;
			if (way->literal)
				tell(g, at, taken);
		}
		at += taken;
	}
	if (way->strayed)
		tell_rest(g, at);
}

/* Octets that a proxy put before the stream travel, and do not decide what it
 * is. */
static size_t
tell_proxied(struct gist *g)
{
	struct proxyproto header;

	switch (proxyproto_parse(g->payload, &header)) {
	case PROXYPROTO_HEADER:
		tell(g, 0, header.len);
		return header.len;
	case PROXYPROTO_PARTIAL:
		tell_rest(g, 0);
		return g->payload.len;
	default:
		return 0;
	}
}

/* Where its first octets are.  Mid-way any octet may be within a text, and it
 * is TLS only where a record begins. */
static void
tell_beginning(struct gist *g, struct gist_way *way)
{
	const size_t at = tell_proxied(g);
	const struct slice octets = slice_after(g->payload, at);

	if (octets.len == 0)
		return;
	way->strayed = way->opened && (octets.p[0] & SSLV2_HELLO) != 0;
	way->is_tls = way->strayed || is_record(octets);
	way->is_clear = way->opened && !way->is_tls;
	if (way->is_tls)
		tell_records(g, way, at);
	else
		tell_clear(g, at);
}

static void
tell_tls(struct gist *g, struct gist_way *way, int32_t ahead)
{
	if (ahead != 0)
		way->strayed = true;
	if (way->strayed && ahead >= 0 && is_record(g->payload)) {
		way->strayed = false;
		way->have = 0;
		way->left = 0;
	}
	tell_records(g, way, 0);
}

struct slice
gist_write(
    struct gist_way *way, const struct event_segment *s, struct record *out)
{
	struct gist g = { .out = out, .payload = s->content };
	const uint32_t first = s->sequence + ((s->flags & TCP_SYN) != 0);
	const int32_t ahead = way->begun ? (int32_t)(first - way->next) : 0;
	const int32_t beyond = ahead + (int32_t)s->len;

	out->len = 0;
	out->failed = false;
	if (!way->begun || (s->flags & TCP_SYN) != 0)
		way->next = first;
	way->begun = true;
	way->opened = (way->opened && ahead == 0) || (s->flags & TCP_SYN) != 0;
	if (s->content.len == 0 || (beyond <= 0 && way->is_tls))
		return slice_of(NULL, 0);
	g.payload = slice_first(s->content, GIST_PAYLOAD);
	if (beyond > 0)
		way->next += (uint32_t)beyond;
	if (way->is_clear || beyond <= 0)
		tell_clear(&g, 0);
	else if (way->is_tls)
		tell_tls(&g, way, ahead);
	else
		tell_beginning(&g, way);
	end_piece(&g);
	return slice_of(out->octets, out->len);
}

bool
gist_read(struct slice gist, size_t len, uint8_t payload[static GIST_PAYLOAD])
{
	struct cursor c = cursor_over(gist);
	size_t at = 0;

	if (len > GIST_PAYLOAD)
		return false;
	memset(payload, 0, len);
	while (c.rest.len > 0) {
		struct slice piece;

		at += cursor_le16(&c);
		piece = cursor_take(&c, cursor_le16(&c));
		if (c.bad || at > len || piece.len > len - at)
			return false;
		memcpy(payload + at, piece.p, piece.len);
		at += piece.len;
	}
	return !c.bad;
}
