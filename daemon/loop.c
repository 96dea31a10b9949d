/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loop.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>

#include "live.h"
#include "privilege.h"
#include "wallclock.h"

enum { TICK_MS = 50, CAPTURES = 16, SIGNALS = 4 };

/* From SIGTERM to the end; the sinks have most of it. */
#define FAREWELL (1800 * NSTIME_MS)

struct loop {
	struct loop_setup setup;
	struct live *live;
	struct event_base *base;
	struct event *captures[CAPTURES];
	struct event *tick, *second, *clock;
	struct event *signals[SIGNALS];
	int clock_descriptor;
};

static void
on_readable(evutil_socket_t descriptor, short what, void *arg)
{
	struct loop *loop = arg;

	(void)what;
	for (size_t i = 0; i < live_count(loop->live); i++)
		if (capture_descriptor(live_capture(loop->live, i)) ==
		    descriptor)
			live_readable(loop->live, i);
}

static void
forget_capture(struct loop *loop, size_t index)
{
	if (loop->captures[index] != NULL)
		event_free(loop->captures[index]);
	loop->captures[index] = NULL;
}

/* One event per open capture; a closed one has none. */
static void
watch_captures(struct loop *loop)
{
	for (size_t i = 0; i < live_count(loop->live); i++) {
		const int descriptor =
		    capture_descriptor(live_capture(loop->live, i));

		if (loop->captures[i] != NULL &&
		    event_get_fd(loop->captures[i]) == descriptor)
			continue;
		forget_capture(loop, i);
		if (descriptor < 0)
			continue;
		loop->captures[i] = event_new(loop->base, descriptor,
		    EV_READ | EV_PERSIST, on_readable, loop);
		event_add(loop->captures[i], NULL);
	}
}

static void
on_tick(evutil_socket_t descriptor, short what, void *arg)
{
	struct loop *loop = arg;

	(void)descriptor;
	(void)what;
	for (size_t i = 0; i < live_count(loop->live); i++)
		if (capture_is_open(live_capture(loop->live, i)))
			live_readable(loop->live, i);
	live_tick(loop->live);
	watch_captures(loop);
}

static void
on_second(evutil_socket_t descriptor, short what, void *arg)
{
	struct loop *loop = arg;

	(void)descriptor;
	(void)what;
	live_clock_set(loop->live);
	if (live_second(loop->live))
		watch_captures(loop);
}

static void
on_clock(evutil_socket_t descriptor, short what, void *arg)
{
	struct loop *loop = arg;

	(void)descriptor;
	(void)what;
	wallclock_clear(loop->clock_descriptor);
	live_clock_set(loop->live);
}

static void
watch_clock(struct loop *loop)
{
	loop->clock_descriptor = wallclock_watch();
	if (loop->clock_descriptor < 0) {
		log_warning(loop->setup.log,
		    "clock: steps are noticed only once a second: %m");
		return;
	}
	loop->clock = event_new(loop->base, loop->clock_descriptor,
	    EV_READ | EV_PERSIST, on_clock, loop);
	event_add(loop->clock, NULL);
}

static void
reload(struct loop *loop)
{
	const struct log *log = loop->setup.log;
	struct config *config;

	if (loop->setup.config_path == NULL) {
		config = config_new();
	} else {
		config = config_new();
		if (config != NULL &&
		    config_load(config, loop->setup.config_path, log) < 0) {
			log_error(log,
			    "%s: not loaded, keeping the old "
			    "settings",
			    loop->setup.config_path);
			config_free(config);
			return;
		}
	}
	if (config == NULL)
		return;
	loop->setup.config = config;
	config_free(live_set(loop->live, config));
	log_info(log, "configuration: read again");
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	struct loop *loop = arg;

	(void)what;
	if (number == SIGHUP)
		reload(loop);
	else if (number == SIGUSR1)
		live_report(loop->live);
	else
		event_base_loopbreak(loop->base);
}

static bool
every(struct loop *loop, struct event **event, event_callback_fn fn, int ms)
{
	const struct timeval interval = {
		.tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000,
	};

	*event = event_new(loop->base, -1, EV_PERSIST, fn, loop);
	return *event != NULL && event_add(*event, &interval) == 0;
}

static bool
watch_signals(struct loop *loop)
{
	static const int numbers[SIGNALS] = { SIGHUP, SIGTERM, SIGINT,
		SIGUSR1 };

	for (size_t i = 0; i < SIGNALS; i++) {
		loop->signals[i] =
		    evsignal_new(loop->base, numbers[i], on_signal, loop);
		if (loop->signals[i] == NULL ||
		    event_add(loop->signals[i], NULL) != 0)
			return false;
	}
	return true;
}

/*
 * Rights are given up after the interfaces are open and before the sinks
 * are: a file the daemon will have to open again is opened with the rights
 * it will have then.
 */
static bool
begin(struct loop *loop)
{
	const struct loop_setup *setup = &loop->setup;
	const struct live_setup live = {
		.options = setup->options,
		.config = setup->config,
		.key = setup->key,
		.log = setup->log,
	};

	if (!privilege_may_capture(setup->log))
		return false;
	loop->live = live_new(&live);
	if (loop->live == NULL || privilege_drop(setup->log) != 0 ||
	    live_open_sinks(loop->live) != 0 ||
	    privilege_confine(setup->log) != 0)
		return false;
	loop->base = event_base_new();
	if (loop->base == NULL || !watch_signals(loop) ||
	    !every(loop, &loop->tick, on_tick, TICK_MS) ||
	    !every(loop, &loop->second, on_second, 1000)) {
		log_error(setup->log, "event loop: cannot be set up");
		return false;
	}
	watch_captures(loop);
	watch_clock(loop);
	return true;
}

static void
free_event(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

static void
end(struct loop *loop)
{
	live_free(loop->live, wallclock_monotonic() + FAREWELL);
	for (size_t i = 0; i < CAPTURES; i++)
		free_event(loop->captures[i]);
	for (size_t i = 0; i < SIGNALS; i++)
		free_event(loop->signals[i]);
	free_event(loop->tick);
	free_event(loop->second);
	free_event(loop->clock);
	if (loop->base != NULL)
		event_base_free(loop->base);
}

int
loop_run(const struct loop_setup *setup)
{
	struct loop loop = { .setup = *setup, .clock_descriptor = -1 };
	int status = 2;

	if (begin(&loop)) {
		event_base_dispatch(loop.base);
		status = 0;
	}
	end(&loop);
	config_free(loop.setup.config);
	return status;
}
