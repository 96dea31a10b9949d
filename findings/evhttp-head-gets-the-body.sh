#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# libevent 2.1.12's evhttp lets HEAD through to a handler by default, and
# evhttp_send_reply() then sends the buffer it is given, body and all: RFC 9110
# section 9.3.2 forbids that, and a client on a kept-alive connection takes the
# body for the start of its next answer.  A handler has to look at the command
# itself and hand over no buffer.

. "$(dirname "$0")/common.sh"
unpack libevent-dev=2.1.12-stable-8+deb12u1 \
    libevent-2.1-7=2.1.12-stable-8+deb12u1 \
    libevent-core-2.1-7=2.1.12-stable-8+deb12u1 \
    libevent-extra-2.1-7=2.1.12-stable-8+deb12u1
port=$((20000 + $$ % 10000))

cat > server.c <<'C'
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>

static void
on_request(struct evhttp_request *request, void *arg)
{
	struct evbuffer *body = evbuffer_new();

	(void)arg;
	evbuffer_add(body, "the body\n", 9);
	evhttp_send_reply(request, HTTP_OK, "OK", body);
	evbuffer_free(body);
}

int
main(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = evhttp_new(base);

	(void)argc;
	evhttp_set_gencb(http, on_request, NULL);
	if (evhttp_bind_socket(http, "127.0.0.1",
		(ev_uint16_t)atoi(argv[1])) != 0)
		return 1;
	event_base_dispatch(base);
	return 0;
}
C
cc -I root/usr/include -I "root/usr/include/$(dpkg-architecture \
    -qDEB_HOST_MULTIARCH)" -o server server.c -L "$libraries" \
    -levent_extra -levent_core
background ./server "$port"
until_true listens "$port"

# Read to the end of the connection, which the request asks for.
printf 'HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' |
	timeout 10 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port; cat >&3; cat <&3" \
	    > answer
seen "evhttp: lines of body in the answer to HEAD" 1 \
    "$(grep -c '^the body' answer)"
