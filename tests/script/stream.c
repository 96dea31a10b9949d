/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/stream.h"

#include <netinet/in.h>

#include "script/hepwrap.h"

enum { MSS = 1460 };

static const nstime HOP = 200 * NSTIME_US;

/* The same for both directions. */
static unsigned
bucket_of(const struct endpoint *a, const struct endpoint *b)
{
	return (a->port * 31u + b->port * 31u) % STREAM_BUCKETS;
}

struct stream *
stream_find(const struct streams *streams, const struct endpoint *from,
    const struct endpoint *to, unsigned *side)
{
	struct stream *s = streams->buckets[bucket_of(from, to)];

	for (; s != NULL; s = s->following)
		for (*side = 0; *side < 2; ++*side)
			if (endpoint_equal(&s->end[*side], from) &&
			    endpoint_equal(&s->end[1 - *side], to))
				return s;
	return NULL;
}

static struct stream *
begin(struct streams *streams, const struct endpoint *from,
    const struct endpoint *to, struct words *w)
{
	static uint32_t isn = 1000000;
	struct stream **bucket = &streams->buckets[bucket_of(from, to)];
	struct stream *s = octets_alloc(sizeof(*s));

	isn += 100000;
	*s = (struct stream){
		.following = *bucket,
		.end = { *from, *to },
		.next = { (uint32_t)words_number(w, "isn", isn, UINT32_MAX),
		    (uint32_t)words_number(
			w, "peer-isn", isn + 50000, UINT32_MAX) },
	};
	s->received[0] = s->next[1] + 1;
	s->received[1] = s->next[0] + 1;
	*bucket = s;
	return s;
}

static void
quotable_segment(struct wire *wire, const struct wire_how *how, nstime time,
    const struct stream *s, unsigned side, unsigned flags,
    struct octets *quotable)
{
	const struct wire_tcp tcp = {
		.from = &s->end[side],
		.to = &s->end[1 - side],
		.sequence = s->next[side],
		.acknowledged = s->received[side],
		.flags = flags,
	};

	wire_tcp(wire, how, time, 1, &tcp, quotable);
}

static void
segment(struct wire *wire, const struct wire_how *how, nstime time,
    const struct stream *s, unsigned side, unsigned flags)
{
	quotable_segment(wire, how, time, s, side, flags, NULL);
}

/* A SYN or FIN takes a sequence number. */
static void
octet_of_flag(struct stream *s, unsigned side)
{
	s->next[side]++;
	s->received[1 - side] = s->next[side];
}

static void
act_open(struct wire *wire, const struct wire_how *how, nstime time,
    struct stream *s)
{
	segment(wire, how, time, s, 0, WIRE_SYN);
	octet_of_flag(s, 0);
	segment(wire, how, time + HOP, s, 1, WIRE_SYN | WIRE_ACK);
	octet_of_flag(s, 1);
	segment(wire, how, time + 2 * HOP, s, 0, WIRE_ACK);
}

static void
act_refused(struct wire *wire, const struct wire_how *how, nstime time,
    struct stream *s)
{
	segment(wire, how, time, s, 0, WIRE_SYN);
	s->next[1] = 0;
	segment(wire, how, time + HOP, s, 1, WIRE_RST | WIRE_ACK);
}

static void
act_close(struct wire *wire, const struct wire_how *how, nstime time,
    struct stream *s, unsigned side)
{
	segment(wire, how, time, s, side, WIRE_FIN | WIRE_ACK);
	octet_of_flag(s, side);
	segment(wire, how, time + HOP, s, 1 - side, WIRE_FIN | WIRE_ACK);
	octet_of_flag(s, 1 - side);
	segment(wire, how, time + 2 * HOP, s, side, WIRE_ACK);
}

static void
act_known(struct wire *wire, const struct wire_how *how, nstime time,
    struct stream *s, unsigned side, const char *what)
{
	if (strcmp(what, "ack") == 0) {
		s->received[side] = s->next[1 - side];
		segment(wire, how, time, s, side, WIRE_ACK);
	} else if (strcmp(what, "fin") == 0) {
		segment(wire, how, time, s, side, WIRE_FIN | WIRE_ACK);
		octet_of_flag(s, side);
	} else if (strcmp(what, "close") == 0) {
		act_close(wire, how, time, s, side);
	} else if (strcmp(what, "reset") == 0) {
		segment(wire, how, time, s, side, WIRE_RST | WIRE_ACK);
	} else {
		words_fail("'%s' is none of open syn refused midway ack fin "
			   "close reset",
		    what);
	}
}

void
stream_act(struct streams *streams, struct wire *wire, nstime time,
    const struct endpoint *from, const struct endpoint *to, struct words *w)
{
	const char *what = words_need(w, "what happens on TCP");
	const bool opens = strcmp(what, "open") == 0;
	unsigned side = 0;
	struct stream *s = stream_find(streams, from, to, &side);
	struct wire_how how;

	wire_options(&how, w);
	if (opens || strcmp(what, "midway") == 0 ||
	    strcmp(what, "refused") == 0 ||
	    (s == NULL && strcmp(what, "syn") == 0)) {
		s = begin(streams, from, to, w);
		side = 0;
	}
	if (s == NULL)
		words_fail("no TCP connection between the two");
	if (opens) {
		act_open(wire, &how, time, s);
	} else if (strcmp(what, "midway") == 0) {
		octet_of_flag(s, 0);
		octet_of_flag(s, 1);
	} else if (strcmp(what, "refused") == 0) {
		act_refused(wire, &how, time, s);
	} else if (strcmp(what, "syn") == 0) {
		streams->syn = (struct octets){ .len = 0 };
		quotable_segment(
		    wire, &how, time, s, side, WIRE_SYN, &streams->syn);
	} else {
		act_known(wire, &how, time, s, side, what);
	}
}

void
stream_options(struct stream_how *how, struct words *w)
{
	wire_options(&how->wire, w);
	how->segment = words_number(w, "segments", 0, 65000);
	how->unacknowledged = words_has(w, "noack");
	how->hold = words_has(w, "hold");
	how->websocket = words_has(w, "ws");
	how->frame = words_number(w, "frames", 0, 65000);
}

/* Agents hand on messages, not segments. */
static void
hand_on(struct wire *wire, const struct stream_how *how, nstime time,
    const struct stream_sent *sent)
{
	const struct stream *s = sent->stream;

	if (wire->agent_count > 0)
		hepwrap_send(wire, &how->wire, time, &s->end[sent->side],
		    &s->end[1 - sent->side], IPPROTO_TCP,
		    octets_view(&sent->octets));
}

static void
send_segments(struct wire *wire, const struct stream_how *how, nstime time,
    const struct stream_sent *sent, struct octets *quotable)
{
	const struct stream *s = sent->stream;
	const size_t size = how->segment == 0 ? MSS : how->segment;
	const struct slice all = octets_view(&sent->octets);
	const unsigned count = (unsigned)((all.len + size - 1) / size);

	for (unsigned i = 0; i < count; i++) {
		const unsigned place = how->wire.reversed ? count - 1 - i : i;
		const bool push = how->segment != 0 || i + 1 == count;
		const struct wire_tcp tcp = {
			.from = &s->end[sent->side],
			.to = &s->end[1 - sent->side],
			.sequence = sent->sequence + (uint32_t)(i * size),
			.acknowledged = s->received[sent->side],
			.flags = WIRE_ACK | (push ? WIRE_PSH : 0),
			.payload = slice_between(all, i * size, (i + 1) * size),
		};

		wire_tcp(wire, &how->wire,
		    time + ((nstime)place - (nstime)i) * 100 * NSTIME_US, i + 1,
		    &tcp, quotable);
	}
}

static void
acknowledge(struct wire *wire, const struct stream_how *how, nstime time,
    const struct stream_sent *sent)
{
	struct stream *s = sent->stream;
	const unsigned peer = 1 - sent->side;
	const struct wire_how plain = { .ttl = 64, .snap = SIZE_MAX };
	const uint32_t end = sent->sequence + (uint32_t)sent->octets.len;

	if (how->unacknowledged)
		return;
	if ((int32_t)(end - s->received[peer]) > 0)
		s->received[peer] = end;
	segment(wire, &plain,
	    time + HOP +
		(nstime)(how->segment == 0 ? 0
					   : sent->octets.len / how->segment) *
		    100 * NSTIME_US,
	    s, peer, WIRE_ACK);
}

/* RFC 6455 section 5.2. */
static void
write_frame(struct octets *o, unsigned first, struct slice payload, bool masked)
{
	static const uint8_t mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
	const unsigned bit = masked ? 0x80 : 0;

	octets_u8(o, first);
	octets_u8(o, bit | (payload.len < 126 ? (unsigned)payload.len : 126));
	if (payload.len >= 126)
		octets_u16(o, (unsigned)payload.len);
	if (masked)
		octets_add(o, mask, sizeof(mask));
	for (size_t i = 0; i < payload.len; i++)
		octets_u8(o, payload.p[i] ^ (masked ? mask[i % 4] : 0u));
}

/* A message, with a ping between its frames where it has several. */
static void
write_frames(struct octets *o, struct slice message, size_t each, bool masked)
{
	unsigned first = 0x01;

	while (each > 0 && message.len > each) {
		write_frame(o, first, slice_first(message, each), masked);
		write_frame(o, 0x89, slice_text("ping"), masked);
		message = slice_after(message, each);
		first = 0;
	}
	write_frame(o, 0x80 | first, message, masked);
}

void
stream_send(struct wire *wire, const struct stream_how *how, nstime time,
    struct stream_sent *sent, struct octets *quotable)
{
	struct stream *s = sent->stream;
	struct octets *held = &s->held[sent->side];

	if (how->websocket)
		write_frames(held, octets_view(&sent->octets), how->frame,
		    sent->side == 0);
	else
		octets_slice(held, octets_view(&sent->octets));
	if (how->hold)
		return;
	sent->octets = *held;
	*held = (struct octets){ .len = 0 };
	sent->sequence = s->next[sent->side];
	s->next[sent->side] += (uint32_t)sent->octets.len;
	hand_on(wire, how, time, sent);
	send_segments(wire, how, time, sent, quotable);
	acknowledge(wire, how, time, sent);
}

void
stream_resend(struct wire *wire, const struct stream_how *how, nstime time,
    const struct stream_sent *sent)
{
	hand_on(wire, how, time, sent);
	send_segments(wire, how, time, sent, NULL);
	acknowledge(wire, how, time, sent);
}
