/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/accepting.h"

#include <errno.h>
#include <string.h>

#include "host/wallclock.h"

#define HOUR (3600 * NSTIME_S)

static void
on_connection(struct evconnlistener *listener, evutil_socket_t connection,
    struct sockaddr *from, int len, void *arg)
{
	const struct accepting *a = arg;

	(void)listener;
	(void)len;
	a->setup.output(a->setup.arg, connection, from);
}

static void
on_failure(struct evconnlistener *listener, void *arg)
{
	struct accepting *a = arg;
	const int error = errno;
	const nstime now = wallclock_monotonic();

	evconnlistener_disable(listener);
	if (a->told != 0 && now - a->told < HOUR)
		return;
	a->told = now;
	log_warning(a->setup.log,
	    "%s: no connection can be accepted: %s; trying again each second",
	    a->setup.where, strerror(error));
}

bool
accepting_begin(struct accepting *a, const struct accepting_setup *setup,
    evutil_socket_t socket, int backlog)
{
	*a = (struct accepting){
		.setup = *setup,
		.listener = evconnlistener_new(setup->base, on_connection, a,
		    LEV_OPT_CLOSE_ON_FREE, backlog, socket),
	};
	if (a->listener == NULL)
		return false;
	evconnlistener_set_error_cb(a->listener, on_failure);
	return true;
}

void
accepting_end(struct accepting *a)
{
	if (a->listener != NULL)
		evconnlistener_free(a->listener);
	a->listener = NULL;
}

void
accepting_second(struct accepting *a)
{
	if (a->listener != NULL)
		evconnlistener_enable(a->listener);
}
