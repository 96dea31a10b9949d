/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/websocket.h"

#include <stdlib.h>

#include "base/cursor.h"

enum {
	MAX_HEAD = 8192,   /* octets of the handshake */
	MAX_HEADER = 14,   /* of a frame */
	MAX_CONTROL = 125, /* RFC 6455 section 5.5 */
	FIRST_ROOM = 1024, /* for what is held */
	LOOKED_AT = 64,    /* of a frame, to see whether SIP is in it */

	FINAL = 0x80,
	RESERVED = 0x70,
	COMPRESSED = 0x40, /* the one of these that RFC 7692 uses */
	OPCODE = 0x0f,
	CONTINUATION = 0,
	TEXT = 1,
	BINARY = 2,
	CLOSE = 8,
	PONG = 10,
	MASKED = 0x80
};

enum ws_state {
	IN_HEAD,
	IN_HEADER,
	IN_PAYLOAD,
	LOST,   /* until a segment begins with a frame */
	FOREIGN /* for good: it is no WebSocket */
};

/* The header of a frame. */
struct ws_frame {
	size_t header; /* octets of it */
	uint8_t first;
	bool masked;
	uint8_t mask[4];
	uint64_t len;
};

struct websocket {
	struct websocket_stats *stats;
	size_t max_message;
	enum ws_state state;
	uint8_t header[MAX_HEADER];
	size_t header_len;
	struct ws_frame frame;
	uint64_t done; /* of the frame's payload */
	bool dropping; /* the message's frames are passed over */
	bool begun;    /* a message is, `now' and `wall' are its time */
	nstime now, wall;
	struct holdings *holdings; /* borrowed */
	struct holding held; /* the handshake's head, then of the message */
	size_t len;
};

enum ws_parsed { PARSED, PARTIAL, MALFORMED };

static enum ws_parsed
parse_frame(struct slice octets, struct ws_frame *frame)
{
	struct cursor c = cursor_over(octets);
	const uint8_t first = cursor_u8(&c);
	const uint8_t second = cursor_u8(&c);
	const uint8_t opcode = first & OPCODE;
	const bool control = opcode >= CLOSE;
	uint64_t len = second & 0x7f;
	struct slice mask = { .len = 0 };

	if (c.bad)
		return PARTIAL;
	if ((first & RESERVED & ~COMPRESSED) != 0 || opcode > PONG ||
	    (opcode > BINARY && !control) ||
	    (control && ((first & FINAL) == 0 || len > MAX_CONTROL)))
		return MALFORMED;
	if (len == 126)
		len = cursor_u16(&c);
	else if (len == 127)
		len = cursor_u64(&c);
	if ((second & MASKED) != 0)
		mask = cursor_take(&c, 4);
	if (c.bad)
		return PARTIAL;
	if (len > INT64_MAX)
		return MALFORMED;
	*frame = (struct ws_frame){
		.header = octets.len - c.rest.len,
		.first = first,
		.masked = mask.len > 0,
		.len = len,
	};
	if (mask.len > 0)
		memcpy(frame->mask, mask.p, 4);
	return PARSED;
}

static void
unmask(const struct ws_frame *frame, uint64_t at, uint8_t *octets, size_t len)
{
	if (!frame->masked)
		return;
	for (size_t i = 0; i < len; i++)
		octets[i] ^= frame->mask[(at + i) % 4];
}

/* A data frame, and what it begins with may be SIP. */
static bool
frame_begins(struct slice octets)
{
	struct ws_frame frame;
	uint8_t begin[LOOKED_AT];
	struct slice payload;

	if (parse_frame(octets, &frame) != PARSED ||
	    ((frame.first & OPCODE) != TEXT &&
		(frame.first & OPCODE) != BINARY))
		return false;
	payload = slice_after(octets, frame.header);
	payload = slice_first(
	    payload, frame.len < LOOKED_AT ? (size_t)frame.len : LOOKED_AT);
	if (payload.len < 4)
		return false;
	memcpy(begin, payload.p, payload.len);
	unmask(&frame, 0, begin, payload.len);
	return framing_may_be_sip(slice_of(begin, payload.len));
}

bool
websocket_begins(struct slice first, bool midway)
{
	return slice_starts_with(first, "GET ") ||
	    slice_starts_with(first, "HTTP/1.1 101") ||
	    (midway && frame_begins(first));
}

static holding_drop drop_all;

struct websocket *
websocket_new(size_t max_message, bool midway, struct websocket_stats *stats,
    struct holdings *holdings)
{
	struct websocket *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->stats = stats;
	w->holdings = holdings;
	w->max_message = max_message;
	w->state = midway ? LOST : IN_HEAD;
	return w;
}

void
websocket_free(struct websocket *w)
{
	if (w == NULL)
		return;
	holding_release(w->holdings, &w->held);
	free(w);
}

static void
forget_message(struct websocket *w)
{
	w->len = 0;
	w->begun = false;
	w->dropping = false;
}

static void
lose(struct websocket *w)
{
	forget_message(w);
	w->header_len = 0;
	w->state = LOST;
}

void
websocket_gap(struct websocket *w)
{
	w->stats->cut += w->begun;
	if (w->state != FOREIGN)
		lose(w);
}

/* Others need the memory more: as if octets were missing. */
static void
drop_all(struct holdings *all, void *websocket)
{
	struct websocket *w = websocket;

	websocket_gap(w);
	w->len = 0;
	holding_release(all, &w->held);
}

/* Empty octets and false: it cannot be kept. */
static bool
keep(struct websocket *w, struct slice octets, size_t most)
{
	if (octets.len > most || w->len > most - octets.len) {
		w->stats->too_long++;
		return false;
	}
	if (w->len == 0)
		holding_begin(w->holdings, &w->held);
	if (!holding_reach(w->holdings, &w->held, FIRST_ROOM,
		w->len + octets.len + 1, drop_all, w)) {
		w->stats->no_memory++;
		return false;
	}
	if (octets.len > 0)
		memcpy(holding_octets(&w->held) + w->len, octets.p, octets.len);
	w->len += octets.len;
	return true;
}

static bool
upgrades(struct slice head)
{
	for (; head.len > 0; head = slice_after(head, 1))
		if (slice_starts_with_nocase(head, "websocket"))
			return true;
	return false;
}

/* Up to the empty line.  How many octets were used. */
static size_t
read_head(struct websocket *w, struct slice octets)
{
	const size_t before = w->len;
	size_t end;

	if (!keep(w, slice_first(octets, MAX_HEAD - before), MAX_HEAD)) {
		w->state = FOREIGN;
		return octets.len;
	}
	end =
	    slice_find(slice_of(holding_octets(&w->held), w->len), "\r\n\r\n");
	if (end == w->len && w->len < MAX_HEAD)
		return octets.len;
	if (end == w->len ||
	    !upgrades(slice_of(holding_octets(&w->held), end))) {
		w->stats->malformed++;
		w->state = FOREIGN;
		return octets.len;
	}
	w->len = 0;
	w->state = IN_HEADER;
	return end + 4 - before;
}

static void
begin_frame(struct websocket *w)
{
	const uint8_t opcode = w->frame.first & OPCODE;

	w->header_len = 0;
	w->done = 0;
	w->state = IN_PAYLOAD;
	if (opcode >= CLOSE || opcode == CONTINUATION)
		return;
	w->stats->cut += w->begun && w->len > 0;
	w->len = 0;
	w->dropping = (w->frame.first & COMPRESSED) != 0;
	w->stats->compressed += w->dropping;
}

static size_t
read_header(struct websocket *w, struct slice octets, nstime now, nstime wall)
{
	const size_t before = w->header_len;
	const size_t taken =
	    slice_first(octets, sizeof(w->header) - before).len;

	memcpy(w->header + before, octets.p, taken);
	w->header_len += taken;
	if (before == 0 && !w->begun) {
		w->begun = true;
		w->now = now;
		w->wall = wall;
	}
	switch (parse_frame(slice_of(w->header, w->header_len), &w->frame)) {
	case PARSED:
		begin_frame(w);
		return w->frame.header - before;
	case PARTIAL:
		return taken;
	case MALFORMED:
		break;
	}
	w->stats->malformed++;
	lose(w);
	return octets.len;
}

/* The frame ended, at that offset of the stream. */
static void
end_frame(struct websocket *w, uint64_t end, framing_output *output, void *arg)
{
	const bool control = (w->frame.first & OPCODE) >= CLOSE;

	w->state = IN_HEADER;
	w->stats->control += control;
	if (control && w->len == 0 && !w->dropping)
		w->begun = false;
	if (control || (w->frame.first & FINAL) == 0)
		return;
	if (!w->dropping)
		output(arg,
		    &(struct framing_event){
			.octets = slice_of(holding_octets(&w->held), w->len),
			.end = end,
			.now = w->now,
			.wall = w->wall,
		    });
	forget_message(w);
}

static size_t
read_payload(struct websocket *w, struct slice octets)
{
	const uint64_t left = w->frame.len - w->done;
	const struct slice s =
	    slice_first(octets, left < octets.len ? (size_t)left : octets.len);
	const bool control = (w->frame.first & OPCODE) >= CLOSE;
	const size_t before = w->len;

	if (!control && !w->dropping) {
		w->dropping = !keep(w, s, w->max_message);
		if (!w->dropping && s.len > 0)
			unmask(&w->frame, w->done,
			    holding_octets(&w->held) + before, s.len);
	}
	w->done += s.len;
	return s.len;
}

void
websocket_input(struct websocket *w, struct slice octets, uint64_t offset,
    nstime now, nstime wall, framing_output *output, void *arg)
{
	if (w->state == LOST && frame_begins(octets))
		w->state = IN_HEADER;
	while (octets.len > 0 && w->state < LOST) {
		size_t taken;

		if (w->state == IN_HEAD)
			taken = read_head(w, octets);
		else if (w->state == IN_HEADER)
			taken = read_header(w, octets, now, wall);
		else
			taken = read_payload(w, octets);
		octets = slice_after(octets, taken);
		offset += taken;
		if (w->state == IN_PAYLOAD && w->done == w->frame.len)
			end_frame(w, offset, output, arg);
	}
}

void
websocket_stats_write(
    const struct websocket_stats *stats, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "websocket.control", stats->control);
	output(arg, COUNTER_EVENT, "websocket.malformed", stats->malformed);
	output(arg, COUNTER_EVENT, "websocket.compressed", stats->compressed);
	output(arg, COUNTER_EVENT, "websocket.too_long", stats->too_long);
	output(arg, COUNTER_EVENT, "websocket.cut", stats->cut);
	output(arg, COUNTER_LIMIT, "websocket.no_memory", stats->no_memory);
}
