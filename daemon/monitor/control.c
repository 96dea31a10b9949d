/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/control.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/accepting.h"
#include "monitor/socketfile.h"

enum {
	CONNECTIONS = 32,
	LINE_MOST = 4096,
	UNSENT_MOST = 4 * 1024 * 1024,
	IDLE_S = 60,
	GROUPS = 256,
	BACKLOG = 16
};

#define NO_GROUP ((gid_t)-1)

struct peer_connection {
	LIST_ENTRY(peer_connection) others;
	struct control *control;
	struct bufferevent *stream;
	bool may_change, follows, closing;
};

struct control {
	struct control_setup setup;
	struct sockaddr_un address;
	gid_t group;
	struct accepting accepting;
	LIST_HEAD(, peer_connection) connections;
	size_t count;
};

static void
let_go(struct peer_connection *p)
{
	LIST_REMOVE(p, others);
	p->control->count--;
	bufferevent_free(p->stream);
	free(p);
}

bool
control_is_member(const gid_t *groups, size_t count, gid_t wanted)
{
	for (size_t i = 0; i < count; i++)
		if (groups[i] == wanted)
			return true;
	return false;
}

static bool
may_change(const struct control *c, int peer)
{
	struct ucred credentials;
	socklen_t len = sizeof(credentials);
	gid_t groups[GROUPS];

	if (getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &credentials, &len) != 0)
		return false;
	if (credentials.uid == 0 || credentials.uid == geteuid())
		return true;
	if (c->group == NO_GROUP)
		return false;
	if (credentials.gid == c->group)
		return true;
	len = sizeof(groups);
	if (getsockopt(peer, SOL_SOCKET, SO_PEERGROUPS, groups, &len) != 0)
		return false;
	return control_is_member(groups, len / sizeof(*groups), c->group);
}

/* `value' is given away. */
static void
reply(struct peer_connection *p, const char *name, json_t *value)
{
	struct evbuffer *out = bufferevent_get_output(p->stream);
	json_t *object = json_pack("{s:i, s:o}", "v", 1, name, value);
	char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);

	json_decref(object);
	if (text == NULL)
		evbuffer_add_printf(
		    out, "{\"v\":1,\"error\":\"out of memory\"}\n");
	else
		evbuffer_add_printf(out, "%s\n", text);
	free(text);
}

static void
refuse(struct peer_connection *p, const char *why)
{
	reply(p, "error", json_string(why));
}

static bool
wants_to_follow(const struct ask *ask)
{
	return strcmp(ask->question, "alerts") == 0 &&
	    json_is_true(json_object_get(ask->arguments, "follow"));
}

static void
on_question(struct peer_connection *p, const json_t *request)
{
	const struct control_setup *setup = &p->control->setup;
	const struct ask ask = {
		.question = json_string_value(json_object_get(request, "ask")),
		.arguments = json_object_get(request, "arguments"),
		.may_change = p->may_change,
	};
	const json_t *version = json_object_get(request, "v");
	char store[ASK_ERROR];
	struct textbuf error;
	json_t *answer;

	textbuf_init(&error, store, sizeof(store));
	if (version != NULL && json_integer_value(version) != 1) {
		refuse(p, "this daemon speaks version 1: {\"v\":1,\"ask\":..}");
		return;
	}
	if (ask.question == NULL ||
	    (ask.arguments != NULL && !json_is_object(ask.arguments))) {
		refuse(p,
		    "no question: {\"v\":1,\"ask\":\"status\"} would be one; "
		    "\"arguments\" is an object");
		return;
	}
	answer = setup->answer(setup->arg, &ask, &error);
	if (answer == NULL) {
		refuse(p, store);
		return;
	}
	reply(p, "answer", answer);
	p->follows = p->follows || wants_to_follow(&ask);
}

static void
on_line(struct peer_connection *p, const char *line, size_t len)
{
	json_error_t error;
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	char why[ASK_ERROR];
	struct textbuf t;

	if (json_is_object(request)) {
		on_question(p, request);
	} else {
		textbuf_init(&t, why, sizeof(why));
		textbuf_add(&t, "not a JSON object on one line: ");
		textbuf_wire(&t,
		    slice_text(request == NULL ? error.text : "another value"));
		refuse(p, why);
	}
	json_decref(request);
}

/* Pending output is sent first. */
static void
close_after_sending(struct peer_connection *p)
{
	p->closing = true;
	bufferevent_disable(p->stream, EV_READ);
	if (evbuffer_get_length(bufferevent_get_output(p->stream)) == 0)
		let_go(p);
}

static void
on_readable(struct bufferevent *stream, void *arg)
{
	struct peer_connection *p = arg;
	struct evbuffer *in = bufferevent_get_input(stream);
	size_t len;
	char *line;

	while ((line = evbuffer_readln(in, &len, EVBUFFER_EOL_LF)) != NULL) {
		on_line(p, line, len);
		free(line);
	}
	if (evbuffer_get_length(in) < LINE_MOST)
		return;
	refuse(p, "the line is longer than 4096 octets");
	evbuffer_drain(in, evbuffer_get_length(in));
	close_after_sending(p);
}

static void
on_written(struct bufferevent *stream, void *arg)
{
	struct peer_connection *p = arg;

	(void)stream;
	if (p->closing)
		let_go(p);
}

/* One that follows may be silent for as long as it likes. */
static void
on_ended(struct bufferevent *stream, short what, void *arg)
{
	struct peer_connection *p = arg;

	if ((what & BEV_EVENT_TIMEOUT) != 0 &&
	    (what & BEV_EVENT_READING) != 0 && p->follows) {
		bufferevent_enable(stream, EV_READ);
		return;
	}
	let_go(p);
}

static void
on_connection(void *arg, evutil_socket_t peer, const struct sockaddr *from)
{
	static const struct timeval idle = { .tv_sec = IDLE_S };
	struct control *c = arg;
	struct peer_connection *p =
	    c->count < CONNECTIONS ? calloc(1, sizeof(*p)) : NULL;

	(void)from;
	if (p != NULL)
		p->stream = bufferevent_socket_new(
		    c->setup.base, peer, BEV_OPT_CLOSE_ON_FREE);
	if (p == NULL || p->stream == NULL) {
		free(p);
		close(peer);
		return;
	}
	p->control = c;
	p->may_change = may_change(c, peer);
	LIST_INSERT_HEAD(&c->connections, p, others);
	c->count++;
	bufferevent_setcb(p->stream, on_readable, on_written, on_ended, p);
	bufferevent_setwatermark(p->stream, EV_READ, 0, 2 * LINE_MOST);
	bufferevent_set_timeouts(p->stream, &idle, &idle);
	bufferevent_enable(p->stream, EV_READ | EV_WRITE);
}

void
control_tick(struct control *c)
{
	if (c != NULL)
		accepting_second(&c->accepting);
}

void
control_tell(struct control *c, const char *line)
{
	struct peer_connection *p, *next;

	if (c == NULL)
		return;
	for (p = LIST_FIRST(&c->connections); p != NULL; p = next) {
		struct evbuffer *out = bufferevent_get_output(p->stream);

		next = LIST_NEXT(p, others);
		if (!p->follows || p->closing)
			continue;
		if (evbuffer_get_length(out) > UNSENT_MOST)
			let_go(p);
		else
			evbuffer_add_printf(out, "%s\n", line);
	}
}

static int
listen_there(struct control *c)
{
	const struct accepting_setup setup = {
		.base = c->setup.base,
		.where = "[control] socket",
		.log = c->setup.log,
		.output = on_connection,
		.arg = c,
	};
	const int error = socketfile_make_way(c->address.sun_path);
	int listening;
	mode_t before;
	bool bound;

	if (error != 0)
		return error;
	listening =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listening < 0)
		return -errno;
	before = umask(0117);
	bound = bind(listening, (const struct sockaddr *)&c->address,
		    sizeof(c->address)) == 0;
	umask(before);
	if (bound && accepting_begin(&c->accepting, &setup, listening, BACKLOG))
		return 0;
	close(listening);
	return bound ? -ENOMEM : -errno;
}

static gid_t
group_of(const struct control_setup *setup)
{
	const struct group *group;

	if (setup->group == NULL || setup->group[0] == '\0')
		return NO_GROUP;
	group = getgrnam(setup->group);
	if (group != NULL)
		return group->gr_gid;
	log_warning(setup->log,
	    "[control] group: there is no group %s; only root may acknowledge "
	    "and silence",
	    setup->group);
	return NO_GROUP;
}

struct control *
control_new(const struct control_setup *setup)
{
	struct control *c = calloc(1, sizeof(*c));
	const size_t len = strlen(setup->path);
	int error;

	if (c == NULL)
		return NULL;
	LIST_INIT(&c->connections);
	c->setup = *setup;
	c->group = group_of(setup);
	c->address.sun_family = AF_UNIX;
	if (len < sizeof(c->address.sun_path)) {
		memcpy(c->address.sun_path, setup->path, len + 1);
		error = listen_there(c);
	} else {
		error = -ENAMETOOLONG;
	}
	if (error == 0)
		return c;
	free(c);
	errno = -error;
	return NULL;
}

void
control_free(struct control *c)
{
	if (c == NULL)
		return;
	while (!LIST_EMPTY(&c->connections))
		let_go(LIST_FIRST(&c->connections));
	accepting_end(&c->accepting);
	unlink(c->address.sun_path);
	free(c);
}
