/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/hep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/hepstream.h"
#include "config/access.h"
#include "host/accepting.h"
#include "host/handed.h"
#include "host/wallclock.h"
#include "net/hepmsg.h"

enum {
	SOCKETS = 8, /* of systemd: addresses, each with UDP and TCP */
	PREFIXES = 64,
	AT_ONCE = 64,      /* datagrams, until other events have their turn */
	WAITING = 8 << 20, /* octets in the kernel; it may allow less */
	BACKLOG = 64
};

struct hep_listening {
	struct hep *hep;
	struct event *datagrams; /* one of the two */
	struct accepting connections;
	uint32_t dropped; /* by the kernel, as it counts them */
};

struct hep {
	struct hep_setup setup;
	struct config_hep config;
	struct hepstream *stream;
	struct hep_listening sockets[SOCKETS];
	size_t count;
	bool handed; /* they are systemd's, and stay */
	bool failed; /* to listen; it is logged */
	struct value_prefix allow[PREFIXES];
	size_t allow_count;
	struct strangers strangers;
	uint64_t not_permitted, not_received;
	uint8_t octets[HEPMSG_MOST + 1];
};

static void
refuse(struct hep *h, const struct address *agent, enum strangers_reason why)
{
	strangers_input(
	    &h->strangers, agent, why, wallclock_monotonic(), h->setup.log);
}

static void
on_broken(void *hep, const struct address *agent)
{
	refuse(hep, agent, STRANGERS_NOT_HEP3);
}

struct hep *
hep_new(const struct hep_setup *setup)
{
	struct hep *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->setup = *setup;
	h->stream = hepstream_new(&h->setup, on_broken, h);
	if (h->stream != NULL)
		return h;
	free(h);
	return NULL;
}

static void
close_all(struct hep *h)
{
	for (size_t i = 0; i < h->count; i++) {
		struct hep_listening *l = &h->sockets[i];

		if (l->datagrams != NULL) {
			evutil_closesocket(event_get_fd(l->datagrams));
			event_free(l->datagrams);
		}
		accepting_end(&l->connections);
	}
	h->count = 0;
	hepstream_end(h->stream);
}

void
hep_free(struct hep *h)
{
	if (h == NULL)
		return;
	close_all(h);
	hepstream_free(h->stream);
	free(h);
}

static bool
permits(void *hep, const struct address *agent)
{
	const struct hep *h = hep;

	if (agent->version != 0 && access_is_loopback(agent))
		return true;
	for (size_t i = 0; i < h->allow_count; i++)
		if (value_prefix_covers(&h->allow[i], agent))
			return true;
	return false;
}

static bool
is_permitted(struct hep *h, const struct address *agent)
{
	if (permits(h, agent))
		return true;
	h->not_permitted++;
	refuse(h, agent, STRANGERS_NOT_ALLOWED);
	return false;
}

void
hep_refused(struct hep *h, const struct address *agent)
{
	refuse(h, agent, STRANGERS_OTHER_KEY);
}

void
hep_strangers(const struct hep *h, hep_stranger *output, void *arg)
{
	for (size_t i = 0; i < h->strangers.count; i++)
		output(arg, &h->strangers.ones[i]);
}

/* What the kernel dropped was lost like packets of a mirror port. */
static void
note_drops(struct hep_listening *l, struct msghdr *message)
{
	struct hep *h = l->hep;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL;
	     c = CMSG_NXTHDR(message, c)) {
		uint32_t dropped;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL)
			continue;
		memcpy(&dropped, CMSG_DATA(c), sizeof(dropped));
		if (dropped == l->dropped)
			continue;
		h->not_received += dropped - l->dropped;
		l->dropped = dropped;
		h->setup.lost(h->setup.arg);
	}
}

/* False: none waits. */
static bool
receive(struct hep_listening *l, evutil_socket_t socket)
{
	struct hep *h = l->hep;
	struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
	char control[CMSG_SPACE(sizeof(uint32_t))];
	struct iovec into = { h->octets, sizeof(h->octets) };
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &into,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	const ssize_t len = recvmsg(socket, &message, MSG_DONTWAIT);
	struct address agent;

	if (len < 0)
		return false;
	note_drops(l, &message);
	agent = access_peer((struct sockaddr *)&from);
	if (is_permitted(h, &agent))
		h->setup.output(
		    h->setup.arg, slice_of(h->octets, (size_t)len), &agent);
	return true;
}

static void
on_datagrams(evutil_socket_t socket, short what, void *arg)
{
	struct hep_listening *l = arg;

	(void)what;
	for (unsigned i = 0; i < AT_ONCE && receive(l, socket); i++)
		;
}

static void
on_connection(
    void *arg, evutil_socket_t connection, const struct sockaddr *from)
{
	struct hep *h = arg;
	const struct address agent = access_peer(from);

	if (is_permitted(h, &agent))
		hepstream_accept(h->stream, connection, &agent);
	else
		evutil_closesocket(connection);
}

static bool
take_stream(struct hep *h, struct hep_listening *l, int socket)
{
	const struct accepting_setup setup = {
		.base = h->setup.base,
		.where = "[hep] listen",
		.log = h->setup.log,
		.output = on_connection,
		.arg = h,
	};

	return accepting_begin(&l->connections, &setup, socket, BACKLOG);
}

static bool
take_datagrams(struct hep *h, struct hep_listening *l, int socket)
{
	const int most = WAITING, yes = 1;

	setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &most, sizeof(most));
	setsockopt(socket, SOL_SOCKET, SO_RXQ_OVFL, &yes, sizeof(yes));
	l->datagrams = event_new(
	    h->setup.base, socket, EV_READ | EV_PERSIST, on_datagrams, l);
	if (l->datagrams != NULL && event_add(l->datagrams, NULL) == 0)
		return true;
	if (l->datagrams != NULL)
		event_free(l->datagrams);
	return false;
}

/* Takes over a socket that is bound.  0 or -errno, and it is closed. */
static int
take(struct hep *h, int socket, bool is_stream)
{
	struct hep_listening *l = &h->sockets[h->count];

	if (h->count == SOCKETS ||
	    evutil_make_socket_nonblocking(socket) != 0) {
		close(socket);
		return -EMFILE;
	}
	*l = (struct hep_listening){ .hep = h };
	if (is_stream ? !take_stream(h, l, socket)
		      : !take_datagrams(h, l, socket)) {
		close(socket);
		return -ENOMEM;
	}
	h->count++;
	return 0;
}

static int
listen_on(struct hep *h, const struct sockaddr *address, socklen_t len,
    bool is_stream)
{
	const int yes = 1;
	const int found = socket(address->sa_family,
	    (is_stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
	int error = 0;

	if (found < 0)
		return -errno;
	if (is_stream)
		setsockopt(found, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(found, address, len) != 0)
		error = -errno;
	if (error == 0)
		return take(h, found, is_stream);
	close(found);
	return error;
}

static int
listen_at(struct hep *h, const struct endpoint *e)
{
	struct sockaddr_storage address;
	const socklen_t len = access_sockaddr(e, &address);
	const struct sockaddr *to = (const struct sockaddr *)&address;
	const int error = listen_on(h, to, len, false);

	return error != 0 ? error : listen_on(h, to, len, true);
}

static int
take_handed(struct hep *h, const int *sockets, size_t count)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < count; i++) {
		int type = 0;
		socklen_t len = sizeof(type);

		getsockopt(sockets[i], SOL_SOCKET, SO_TYPE, &type, &len);
		error = take(h, sockets[i], type == SOCK_STREAM);
	}
	h->handed = error == 0;
	return error;
}

static void
set_allowed(struct hep *h)
{
	struct slice allow = slice_text(h->config.allow), item;

	h->allow_count = 0;
	while (h->allow_count < PREFIXES && value_next(&allow, &item))
		h->allow_count += value_prefix(item, &h->allow[h->allow_count]);
}

static int
listen_as_configured(struct hep *h)
{
	struct endpoint endpoint;
	int sockets[SOCKETS];
	const size_t count = handed_sockets(HEP_SOCKET, sockets, SOCKETS);

	if (count > 0)
		return take_handed(h, sockets, count);
	if (access_parse(slice_text(h->config.listen), &endpoint))
		return listen_at(h, &endpoint);
	return 0;
}

/* Logged when it fails first, and when it is over. */
static void
begin_to_listen(struct hep *h)
{
	const int error = listen_as_configured(h);

	if (error != 0 && !h->failed)
		log_warning(h->setup.log,
		    "[hep] listen = %s: %s; no agent is heard until it can be "
		    "listened on",
		    h->config.listen, strerror(-error));
	else if (error == 0 && h->failed)
		log_notice(h->setup.log, "[hep] listen = %s: agents are heard",
		    h->config.listen);
	h->failed = error != 0;
	if (h->failed)
		close_all(h);
}

void
hep_set(struct hep *h, const struct config_hep *config)
{
	const bool same = strcmp(h->config.listen, config->listen) == 0;

	h->config = *config;
	memset(&h->strangers, 0, sizeof(h->strangers));
	set_allowed(h);
	hepstream_revoke(h->stream, permits, h);
	if (h->handed || (same && h->count > 0))
		return;
	close_all(h);
	h->failed = false;
	begin_to_listen(h);
}

void
hep_second(struct hep *h)
{
	int handed;

	strangers_tick(&h->strangers, wallclock_monotonic(), h->setup.log);
	for (size_t i = 0; i < h->count; i++)
		accepting_second(&h->sockets[i].connections);
	/* Those of systemd that could not be taken are closed. */
	if (h->failed && handed_sockets(HEP_SOCKET, &handed, 1) == 0)
		begin_to_listen(h);
}

bool
hep_is_wanted(const struct config_hep *config)
{
	int handed;

	return config->listen[0] != '\0' ||
	    handed_sockets(HEP_SOCKET, &handed, 1) > 0;
}

void
hep_stats(const struct hep *h, counter_output *output, void *arg)
{
	output(arg, COUNTER_OTHER, "hep.not_permitted", h->not_permitted);
	output(arg, COUNTER_AGENT, "hep.not_received", h->not_received);
	hepstream_stats(h->stream, output, arg);
}
