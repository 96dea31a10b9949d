/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/sipstream.h"

#include <stdlib.h>

/* The state kept for a connection: its two directions. */
struct sipstream_connection {
	struct framing *framing[2];
	bool foreign[2]; /* TLS, or nothing we know: not looked at any more */
	bool begun[2];
};

struct sipstream {
	size_t max_message;
	sipstream_output *output;
	void *arg;
	struct framing_stats framing;
	uint64_t foreign, no_memory;
};

struct sipstream *
sipstream_new(size_t max_message, sipstream_output *output, void *arg)
{
	struct sipstream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->max_message = max_message;
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

	if (c == NULL)
		return;
	framing_free(c->framing[0]);
	framing_free(c->framing[1]);
	free(c);
	*slot = NULL;
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

	c->begun[way] = true;
	c->foreign[way] = looks_like_tls(part->octets) ||
	    (!part->midway && !framing_may_be_sip(part->octets));
	if (c->foreign[way]) {
		s->foreign++;
		return false;
	}
	c->framing[way] =
	    framing_new(s->max_message, part->midway, &s->framing);
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

static void
data(struct sipstream *s, const struct streampart *part, void **slot)
{
	struct sipstream_way way = { .stream = s, .part = part };
	struct sipstream_connection *c = *slot;

	if (c == NULL) {
		c = calloc(1, sizeof(*c));
		*slot = c;
	}
	if (c == NULL) {
		s->no_memory++;
		return;
	}
	if (c->foreign[part->direction] ||
	    (!c->begun[part->direction] && !begin(s, c, part)))
		return;
	framing_input(c->framing[part->direction], part->octets, part->offset,
	    part->now, part->wall, on_message, &way);
}

void
sipstream_input(struct sipstream *s, const struct streampart *part, void **slot)
{
	const struct sipstream_connection *c = *slot;

	if (part->lost == 0)
		data(s, part, slot);
	else if (c != NULL && c->framing[part->direction] != NULL)
		framing_gap(c->framing[part->direction]);
}

void
sipstream_stats(const struct sipstream *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "sipstream.foreign", s->foreign);
	output(arg, COUNTER_LIMIT, "sipstream.no_memory", s->no_memory);
	framing_stats_write(&s->framing, output, arg);
}
