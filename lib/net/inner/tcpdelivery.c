/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcpdelivery.h"

/* The argument of on_piece(). */
struct way {
	struct tcpdelivery *d;
	struct tcpconn *c;
	enum tcpreasm_direction direction;
};

static void
emit(struct tcpdelivery *d, struct tcpconn *c, struct tcpreasm_event *event)
{
	event->connection = c->id;
	event->client = tcpconn_client(c);
	event->server = tcpconn_server(c);
	event->guessed = c->guessed;
	event->user = &c->user;
	d->output(d->arg, event);
}

void
tcpdelivery_tell(struct tcpdelivery *d, struct tcpconn *c,
    enum tcpreasm_fact fact, enum tcpreasm_direction direction, nstime now)
{
	struct tcpreasm_event event = {
		.fact = fact,
		.direction = direction,
		.offset = c->streams[direction].acknowledged,
		.now = now,
		.wall = now + d->wall_ahead,
	};

	emit(d, c, &event);
}

static void
on_piece(void *arg, const struct tcpstream_piece *piece)
{
	const struct way *way = arg;
	struct tcpreasm_event event = {
		.fact = piece->lost > 0 ? TCPREASM_GAP : TCPREASM_DATA,
		.direction = way->direction,
		.octets = piece->octets,
		.offset = piece->offset,
		.lost = piece->lost,
		.now = piece->now,
		.wall = piece->wall,
	};

	emit(way->d, way->c, &event);
}

static struct tcpstream_sink
sink_of(struct way *way, nstime now)
{
	return (struct tcpstream_sink){
		.store = &way->d->store,
		.output = on_piece,
		.arg = way,
		.now = now,
		.wall = now + way->d->wall_ahead,
	};
}

typedef void stream_call(
    struct tcpstream *s, const struct tcpstream_sink *sink);

static void
call_one(
    struct tcpdelivery *d, struct tcpstream *s, stream_call *call, nstime now)
{
	struct way way = {
		.d = d,
		.c = tcpconn_of_stream(s),
		.direction = s->second ? 1 : 0,
	};
	const struct tcpstream_sink sink = sink_of(&way, now);

	call(s, &sink);
}

static void
both(struct tcpdelivery *d, struct tcpconn *c, stream_call *call, nstime now)
{
	for (int i = 0; i < 2; i++)
		call_one(d, &c->streams[i], call, now);
}

/* What waits longest is least likely to become whole. */
static bool
yield_longest(void *arg)
{
	struct tcpdelivery *d = arg;
	const struct tcphole *h;

	TAILQ_FOREACH (h, &d->store.holes.waiting, entry)
		if (tcpconn_of_stream(h->stream) != d->current)
			break;
	if (h == NULL)
		return false;
	call_one(d, h->stream, tcpstream_yield, d->now);
	return true;
}

void
tcpdelivery_init(struct tcpdelivery *d, tcpreasm_output *output, void *arg)
{
	*d = (struct tcpdelivery){ .output = output, .arg = arg };
	tcphole_init(&d->store.holes);
	d->store.holes.make_room = yield_longest;
	d->store.holes.arg = d;
}

static void
tell_resent(struct tcpdelivery *d, struct tcpconn *c,
    enum tcpreasm_direction direction, nstime now)
{
	struct tcpstream *s = &c->streams[direction];
	const bool undelivered = s->resends >= TCPREASM_UNDELIVERED;

	if (undelivered == s->undelivered)
		return;
	s->undelivered = undelivered;
	tcpdelivery_tell(d, c, TCPREASM_RESENT, direction, now);
}

void
tcpdelivery_acknowledge(struct tcpdelivery *d, struct tcpconn *c,
    enum tcpreasm_direction direction, const struct tcp *tcp, nstime now)
{
	struct way way = { .d = d, .c = c, .direction = direction };
	const struct tcpstream_sink sink = sink_of(&way, now);
	struct tcpstream *s = &c->streams[direction];
	const uint64_t before = s->acknowledged;

	tcpstream_acknowledge(s, &sink, tcp);
	if (before < s->awaited && s->acknowledged > before)
		tcpdelivery_tell(d, c, TCPREASM_ACKNOWLEDGED, direction, now);
	tell_resent(d, c, direction, now);
}

void
tcpdelivery_input(struct tcpdelivery *d, struct tcpconn *c,
    enum tcpreasm_direction direction, const struct tcp *tcp, nstime now)
{
	struct way way = { .d = d, .c = c, .direction = direction };
	const struct tcpstream_sink sink = sink_of(&way, now);

	tcpstream_input(&c->streams[direction], &sink, tcp);
	tell_resent(d, c, direction, now);
}

void
tcpdelivery_tick(struct tcpdelivery *d, struct tcpconn *c, nstime now)
{
	both(d, c, tcpstream_tick, now);
}

void
tcpdelivery_end(struct tcpdelivery *d, struct tcpconn *c, nstime now)
{
	both(d, c, tcpstream_end, now);
}

void
tcpdelivery_forget(struct tcpdelivery *d, struct tcpconn *c)
{
	for (int i = 0; i < 2; i++)
		tcpstream_done(&c->streams[i], &d->store);
}
