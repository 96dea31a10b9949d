/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/hepstream.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "config/access.h"
#include "net/hepmsg.h"

enum {
	FROM_ONE = 16,   /* address */
	FROM_HERE = 192, /* a proxy that ends TLS: all its agents' */
	HOURS_IDLE = 24
};

struct hepstream_connection {
	LIST_ENTRY(hepstream_connection) next;
	struct hepstream *stream;
	struct bufferevent *buffer;
	struct address agent;
};

struct hepstream {
	const struct hep_setup *setup;
	LIST_HEAD(, hepstream_connection) connections;
	hepstream_broken *on_broken;
	void *arg;
	uint64_t refused, broken;
};

struct hepstream *
hepstream_new(
    const struct hep_setup *setup, hepstream_broken *broken, void *arg)
{
	struct hepstream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->setup = setup;
	s->on_broken = broken;
	s->arg = arg;
	LIST_INIT(&s->connections);
	return s;
}

static void
end(struct hepstream_connection *c)
{
	LIST_REMOVE(c, next);
	bufferevent_free(c->buffer);
	free(c);
}

void
hepstream_end(struct hepstream *s)
{
	while (!LIST_EMPTY(&s->connections))
		end(LIST_FIRST(&s->connections));
}

void
hepstream_revoke(struct hepstream *s, hepstream_permits *permits, void *arg)
{
	struct hepstream_connection *c, *next;

	for (c = LIST_FIRST(&s->connections); c != NULL; c = next) {
		next = LIST_NEXT(c, next);
		if (!permits(arg, &c->agent))
			end(c);
	}
}

void
hepstream_free(struct hepstream *s)
{
	if (s == NULL)
		return;
	hepstream_end(s);
	free(s);
}

/* The octets that wait, in one piece where they are a packet at most. */
static struct slice
first_of(struct evbuffer *waiting)
{
	const size_t all = evbuffer_get_length(waiting);
	const size_t len = all < HEPMSG_MOST ? all : HEPMSG_MOST;

	return slice_of(evbuffer_pullup(waiting, (ev_ssize_t)len), len);
}

/* Only version 3 tells where a packet ends. */
static enum hepmsg_answer
next_packet(struct slice octets, size_t *len)
{
	struct hepmsg m;
	const enum hepmsg_answer answer = hepmsg_parse(octets, &m, len);

	return answer == HEPMSG_PARSED && m.version != 3 ? HEPMSG_MALFORMED
							 : answer;
}

static void
on_read(struct bufferevent *buffer, void *arg)
{
	struct hepstream_connection *c = arg;
	const struct hep_setup *setup = c->stream->setup;
	struct evbuffer *waiting = bufferevent_get_input(buffer);
	enum hepmsg_answer answer = HEPMSG_PARSED;

	while (answer == HEPMSG_PARSED && evbuffer_get_length(waiting) > 0) {
		const struct slice octets = first_of(waiting);
		size_t len = 0;

		answer = octets.p == NULL ? HEPMSG_MALFORMED
					  : next_packet(octets, &len);
		if (answer != HEPMSG_PARSED)
			break;
		setup->output(setup->arg, slice_first(octets, len), &c->agent);
		evbuffer_drain(waiting, len);
	}
	if (answer != HEPMSG_MALFORMED)
		return;
	c->stream->broken++;
	c->stream->on_broken(c->stream->arg, &c->agent);
	end(c);
}

static void
on_event(struct bufferevent *buffer, short what, void *arg)
{
	struct hepstream_connection *c = arg;

	(void)buffer;
	(void)what;
	end(c);
}

static bool
has_room(const struct hepstream *s, const struct address *agent)
{
	const unsigned most = access_is_loopback(agent) ? FROM_HERE : FROM_ONE;
	const struct hepstream_connection *c;
	unsigned all = 0, its = 0;

	LIST_FOREACH (c, &s->connections, next) {
		all++;
		its += endpoint_address_equal(&c->agent, agent);
	}
	return all < HEP_CONNECTIONS && its < most;
}

static struct hepstream_connection *
begin(struct hepstream *s, evutil_socket_t connection)
{
	struct hepstream_connection *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->buffer = bufferevent_socket_new(
	    s->setup->base, connection, BEV_OPT_CLOSE_ON_FREE);
	if (c->buffer != NULL)
		return c;
	free(c);
	return NULL;
}

void
hepstream_accept(
    struct hepstream *s, evutil_socket_t connection, const struct address *a)
{
	const struct timeval idle = { .tv_sec = HOURS_IDLE * 3600 };
	struct hepstream_connection *c =
	    has_room(s, a) ? begin(s, connection) : NULL;

	if (c == NULL) {
		s->refused++;
		evutil_closesocket(connection);
		return;
	}
	c->stream = s;
	c->agent = *a;
	LIST_INSERT_HEAD(&s->connections, c, next);
	/* Never more than a packet waits for its end. */
	bufferevent_setwatermark(c->buffer, EV_READ, 0, HEPMSG_MOST + 1);
	bufferevent_setcb(c->buffer, on_read, NULL, on_event, c);
	bufferevent_set_timeouts(c->buffer, &idle, NULL);
	bufferevent_enable(c->buffer, EV_READ);
}

void
hepstream_stats(const struct hepstream *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_AGENT, "hep.connections_refused", s->refused);
	output(arg, COUNTER_EVENT, "hep.broken_streams", s->broken);
}
