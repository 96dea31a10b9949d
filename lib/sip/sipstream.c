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

static void
forget(void **slot)
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
    const struct tcpreasm_event *e)
{
	const bool midway = e->guessed;

	c->begun[e->direction] = true;
	c->foreign[e->direction] = looks_like_tls(e->octets) ||
	    (!midway && !framing_may_be_sip(e->octets));
	if (c->foreign[e->direction]) {
		s->foreign++;
		return false;
	}
	c->framing[e->direction] =
	    framing_new(s->max_message, midway, &s->framing);
	if (c->framing[e->direction] != NULL)
		return true;
	c->foreign[e->direction] = true;
	s->no_memory++;
	return false;
}

struct sipstream_framed {
	struct sipstream *stream;
	const struct tcpreasm_event *event;
};

static void
on_message(void *arg, const struct framing_event *message)
{
	const struct sipstream_framed *m = arg;

	m->stream->output(m->stream->arg, m->event, message);
}

static void
data(struct sipstream *s, const struct tcpreasm_event *e, void **slot)
{
	struct sipstream_framed m = { .stream = s, .event = e };
	struct sipstream_connection *c = *slot;

	if (c == NULL) {
		c = calloc(1, sizeof(*c));
		*slot = c;
	}
	if (c == NULL) {
		s->no_memory++;
		return;
	}
	if (c->foreign[e->direction] ||
	    (!c->begun[e->direction] && !begin(s, c, e)))
		return;
	framing_input(c->framing[e->direction], e->octets, e->offset, e->now,
	    e->wall, on_message, &m);
}

void
sipstream_input(
    struct sipstream *s, const struct tcpreasm_event *e, void **slot)
{
	struct sipstream_connection *c = *slot;

	switch (e->fact) {
	case TCPREASM_DATA:
		data(s, e, slot);
		break;
	case TCPREASM_GAP:
		if (c != NULL && c->framing[e->direction] != NULL)
			framing_gap(c->framing[e->direction]);
		break;
	case TCPREASM_FORGOTTEN:
		forget(slot);
		break;
	case TCPREASM_OPENED:
	case TCPREASM_REFUSED:
	case TCPREASM_UNANSWERED:
	case TCPREASM_CLOSED:
	case TCPREASM_RESET:
		break;
	}
}

void
sipstream_stats(const struct sipstream *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "sipstream.foreign", s->foreign);
	output(arg, COUNTER_LIMIT, "sipstream.no_memory", s->no_memory);
	framing_stats_write(&s->framing, output, arg);
}
