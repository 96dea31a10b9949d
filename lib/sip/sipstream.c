/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/sipstream.h"

#include <stdlib.h>

#include "sip/inner/websocket.h"

/* The state kept for a connection: its two directions. */
struct sipstream_connection {
	struct framing *framing[2];
	struct websocket *websocket[2]; /* in the place of framing */
	bool foreign[2]; /* TLS, or nothing we know: not looked at any more */
	bool begun[2];
	bool headless[2]; /* its first octets are missing */
};

/* *slot holds this address where both directions are foreign, so that nothing
 * is kept of a TLS connection: nothing else has it, and nobody writes to it. */
static const struct sipstream_connection both_foreign = {
	.foreign = { true, true },
};
#define BOTH_FOREIGN ((struct sipstream_connection *)(uintptr_t)&both_foreign)

struct sipstream {
	size_t max_message;
	sipstream_output *output;
	void *arg;
	struct framing_stats framing;
	struct websocket_stats websocket;
	struct holdings holdings;
	uint64_t foreign, no_memory;
};

struct sipstream *
sipstream_new(size_t max_message, struct budget_share *memory,
    sipstream_output *output, void *arg)
{
	struct sipstream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->max_message = max_message;
	s->holdings.memory = memory;
	s->output = output;
	s->arg = arg;
	return s;
}

void
sipstream_free(struct sipstream *s)
{
	free(s);
}

void
sipstream_forget(void **slot)
{
	struct sipstream_connection *c = *slot;

	*slot = NULL;
	if (c == NULL || c == BOTH_FOREIGN)
		return;
	framing_free(c->framing[0]);
	framing_free(c->framing[1]);
	websocket_free(c->websocket[0]);
	websocket_free(c->websocket[1]);
	free(c);
}

/* TLS begins with a record header: type 20 to 23, version 3.x (RFC 8446
 * section 5.1).  Mid-way into a connection that is all there is to go by. */
static bool
looks_like_tls(struct slice octets)
{
	return octets.len >= 2 && octets.p[0] >= 20 && octets.p[0] <= 23 &&
	    octets.p[1] == 3;
}

/* Look at the first octets of one direction: SIP or not? */
static bool
begin(struct sipstream *s, struct sipstream_connection *c,
    const struct streampart *part)
{
	const enum streampart_direction way = part->direction;
	const bool midway = part->midway || c->headless[way];

	c->begun[way] = true;
	if (websocket_begins(part->octets, midway)) {
		c->websocket[way] = websocket_new(
		    s->max_message, midway, &s->websocket, &s->holdings);
		if (c->websocket[way] != NULL)
			return true;
	}
	c->foreign[way] = looks_like_tls(part->octets) ||
	    (!midway && !framing_may_be_sip(part->octets));
	if (c->foreign[way]) {
		s->foreign++;
		return false;
	}
	c->framing[way] =
	    framing_new(s->max_message, midway, &s->framing, &s->holdings);
	if (c->framing[way] != NULL)
		return true;
	c->foreign[way] = true;
	s->no_memory++;
	return false;
}

struct sipstream_way {
	struct sipstream *stream;
	const struct streampart *part;
};

static void
on_message(void *arg, const struct framing_event *cut)
{
	const struct sipstream_way *way = arg;
	const struct streampart *part = way->part;
	struct framing_event message = *cut;

	message.end = streampart_end(part, cut->end - part->offset);
	way->stream->output(way->stream->arg, part, &message);
}

static struct sipstream_connection *
connection_of(struct sipstream *s, void **slot)
{
	if (*slot == NULL)
		*slot = calloc(1, sizeof(struct sipstream_connection));
	s->no_memory += *slot == NULL;
	return *slot;
}

/* Nothing is kept of a connection that is not SIP either way. */
static void
let_go(struct sipstream_connection *c, void **slot)
{
	if (!c->foreign[0] || !c->foreign[1])
		return;
	sipstream_forget(slot);
	*slot = BOTH_FOREIGN;
}

static void
data(struct sipstream *s, const struct streampart *part, void **slot)
{
	struct sipstream_way way = { .stream = s, .part = part };
	struct sipstream_connection *c = connection_of(s, slot);

	if (c == NULL || c->foreign[part->direction])
		return;
	if (!c->begun[part->direction] && !begin(s, c, part)) {
		let_go(c, slot);
		return;
	}
	if (c->websocket[part->direction] != NULL)
		websocket_input(c->websocket[part->direction], part->octets,
		    part->offset, part->now, part->wall, on_message, &way);
	else
		framing_input(c->framing[part->direction], part->octets,
		    part->offset, part->now, part->wall, on_message, &way);
}

void
sipstream_input(struct sipstream *s, const struct streampart *part, void **slot)
{
	struct sipstream_connection *c;

	if (part->lost == 0) {
		data(s, part, slot);
		return;
	}
	c = connection_of(s, slot);
	if (c == NULL || c->foreign[part->direction])
		return;
	if (c->framing[part->direction] != NULL)
		framing_gap(c->framing[part->direction]);
	else if (c->websocket[part->direction] != NULL)
		websocket_gap(c->websocket[part->direction]);
	else
		c->headless[part->direction] = true;
}

void
sipstream_stats(const struct sipstream *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "sipstream.foreign", s->foreign);
	output(arg, COUNTER_LIMIT, "sipstream.no_memory", s->no_memory);
	output(arg, COUNTER_LIMIT, "sipstream.gave_way", s->holdings.gave_way);
	framing_stats_write(&s->framing, output, arg);
	websocket_stats_write(&s->websocket, output, arg);
}
